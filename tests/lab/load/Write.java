import java.util.concurrent.TimeUnit;

/** One message on its way to one queue or partition; it may be sent more than once until a copy of it is confirmed. */
final class Write {
    private final long id;
    private final String target;
    private final long begin = System.currentTimeMillis();
    private final long beginNanos = System.nanoTime();
    private long sentNanos = beginNanos;

    Write(long id, String target) {
        this.id = id;
        this.target = target;
    }

    long id() {
        return id;
    }

    String target() {
        return target;
    }

    byte[] body() {
        return Messages.body(id);
    }

    /** A copy goes out. For the one thread that sends. */
    void sent() {
        sentNanos = System.nanoTime();
    }

    long millisSinceSent() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sentNanos);
    }

    /** Its wait up to now. The length is by the clock that nobody sets. */
    Wait waited() {
        return new Wait(target, begin, begin + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos));
    }
}

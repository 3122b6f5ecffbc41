import java.util.concurrent.TimeUnit;

/** Lets a loop turn at even intervals, without catching up after a stall. */
final class Pace {
    private final long intervalNanos;
    private long next = System.nanoTime();

    Pace(long intervalMillis) {
        intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMillis);
    }

    /** Waits for the next turn; returns by how many milliseconds it comes too late. */
    long await() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
        long late = System.nanoTime() - next;
        next += late > intervalNanos ? late + intervalNanos : intervalNanos;
        return TimeUnit.NANOSECONDS.toMillis(late);
    }
}

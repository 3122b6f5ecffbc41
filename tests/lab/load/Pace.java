/** Lets a loop turn so many times a second, without catching up after a stall. */
final class Pace {
    private final long intervalNanos;
    private long next = System.nanoTime();

    Pace(int perSecond) {
        intervalNanos = 1_000_000_000L / perSecond;
    }

    void await() throws InterruptedException {
        next = Math.max(next + intervalNanos, System.nanoTime() - intervalNanos);
        long wait = next - System.nanoTime();
        if (wait > 0) {
            Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
        }
    }
}

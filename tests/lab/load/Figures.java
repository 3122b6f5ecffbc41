import java.time.Instant;
import java.util.Locale;

/** How long the messages to a group of targets waited for their confirmation. */
final class Figures {
    /** Counted by the millisecond up to here; of longer ones only the longest matters. */
    private static final int COUNTED_MILLIS = 120_000;

    private final String name;
    private final int[] counts = new int[COUNTED_MILLIS + 1];
    private int confirmed;
    private int waiting;
    private Wait longest;

    Figures(String name) {
        this.name = name;
    }

    /** A message that was confirmed. */
    void confirmed(Wait wait) {
        counts[(int) Math.min(wait.millis(), COUNTED_MILLIS)]++;
        confirmed++;
        lasted(wait);
    }

    /** A message that waits still. */
    void waiting(Wait wait) {
        waiting++;
        lasted(wait);
    }

    /** A wait that may already be counted, or ended without a confirmation. */
    void lasted(Wait wait) {
        if (longest == null || wait.millis() > longest.millis()) {
            longest = wait;
        }
    }

    private int percentile(int percent) {
        int millis = 0;
        for (long seen = counts[0]; seen * 100 < (long) confirmed * percent; seen += counts[millis]) {
            millis++;
        }
        return millis;
    }

    String json() {
        String wait = longest == null ? "\"longestWaitMs\":0,\"longestWaitTarget\":null,\"longestWaitBegan\":null"
                : String.format(Locale.ROOT,
                        "\"longestWaitMs\":%d,\"longestWaitTarget\":\"%s\",\"longestWaitBegan\":\"%s\"", longest.millis(),
                        longest.target(), Instant.ofEpochMilli(longest.begin()));
        return String.format(Locale.ROOT, "\"%s\":{\"confirmed\":%d,\"medianMs\":%d,\"p99Ms\":%d,\"waiting\":%d,%s}",
                name, confirmed, percentile(50), percentile(99), waiting, wait);
    }

    String sentence() {
        if (longest == null) {
            return name + ": nothing was confirmed.";
        }
        return String.format(Locale.ROOT,
                "%s: of %d messages half were confirmed within %d ms and 99 %% within %d ms; the longest wait was %d ms, in"
                        + " %s from %s; %d wait still.",
                name, confirmed, percentile(50), percentile(99), longest.millis(), longest.target(),
                Instant.ofEpochMilli(longest.begin()), waiting);
    }
}

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Files that name messages, one "ID …" a line: "ID TARGET" where it was found, "ID TARGET BEGIN END" when confirmed. */
final class Ledger {
    private final Lines lines;

    Ledger(Path file) throws IOException {
        lines = new Lines(file);
    }

    void add(long id, String target) {
        lines.add(Long.toHexString(id) + ' ' + target);
    }

    void add(long id, Wait wait) {
        add(id, wait.toString());
    }

    /** The ids of a ledger with their target. */
    static Map<Long, String> read(Path file) throws IOException {
        Map<Long, String> ids = new HashMap<>();
        // Millions of messages, but few names.
        Map<String, String> names = new HashMap<>();
        Lines.forEach(file, line -> {
            String target = target(line);
            ids.put(id(line), names.computeIfAbsent(target, name -> name));
        });
        return ids;
    }

    /** How often each id stands in a ledger. */
    static Map<Long, Integer> count(Path file) throws IOException {
        Map<Long, Integer> counts = new HashMap<>();
        Lines.forEach(file, line -> counts.merge(id(line), 1, Integer::sum));
        return counts;
    }

    static Wait waitOf(String line) {
        return Wait.parse(line.substring(line.indexOf(' ') + 1));
    }

    private static long id(String line) {
        return Long.parseUnsignedLong(line, 0, line.indexOf(' '), 16);
    }

    private static String target(String line) {
        int start = line.indexOf(' ') + 1;
        int end = line.indexOf(' ', start);
        return end < 0 ? line.substring(start) : line.substring(start, end);
    }
}

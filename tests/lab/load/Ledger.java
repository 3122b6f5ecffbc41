import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * An append-only file of message ids, one "ID TARGET" a line. Every line is handed to the kernel before add returns, so
 * the file is complete even when this program is killed.
 */
final class Ledger implements AutoCloseable {
    private final BufferedWriter out;

    Ledger(Path file) throws IOException {
        out = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    synchronized void add(long id, String target) {
        try {
            out.write(Long.toHexString(id));
            out.write(' ');
            out.write(target);
            out.write('\n');
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger cannot be written", e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }

    /** The ids of a ledger with their target. A last line cut short by a kill names no message and is left out. */
    static Map<Long, String> read(Path file) throws IOException {
        Map<Long, String> ids = new HashMap<>();
        forEach(file, ids::put);
        return ids;
    }

    /** How often each id stands in a ledger. */
    static Map<Long, Integer> count(Path file) throws IOException {
        Map<Long, Integer> counts = new HashMap<>();
        forEach(file, (id, target) -> counts.merge(id, 1, Integer::sum));
        return counts;
    }

    private static void forEach(Path file, java.util.function.BiConsumer<Long, String> each) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            int space = text.indexOf(' ', start);
            each.accept(Long.parseUnsignedLong(text.substring(start, space), 16), text.substring(space + 1, end));
            start = end + 1;
        }
    }
}

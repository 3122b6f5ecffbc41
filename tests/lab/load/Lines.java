import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * An append-only file of lines. Every line is handed to the kernel before add returns, so the file is complete even when
 * this program is killed.
 */
final class Lines {
    /** Not a channel of java.nio: the interrupt that ends a thread would close it under the others. */
    private final OutputStream out;

    Lines(Path file) throws IOException {
        out = new FileOutputStream(file.toFile(), true);
    }

    synchronized void add(String line) {
        try {
            out.write((line + '\n').getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("what happened cannot be written down", e);
        }
    }

    /** A file that is not there has no lines. A last line cut short, by a kill or just being written, is none. */
    static void forEach(Path file, Consumer<String> each) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c == '\n') {
                    each.accept(line.toString());
                    line.setLength(0);
                } else {
                    line.append((char) c);
                }
            }
        }
    }
}

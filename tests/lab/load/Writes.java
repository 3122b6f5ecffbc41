import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one side has sent and not yet seen confirmed, and the files that say how long it took. SIDE.confirmed has every
 * confirmed message with its wait, SIDE.waits the long ones among them, SIDE.waiting those that go on just now.
 */
final class Writes {
    /** As many may wait for one target, then the oldest of them speaks for it: it waits until the target is back. */
    private static final int MAX_WAITING = 8;

    private final Messages messages;
    private final Ledger confirmed;
    private final Lines waits;
    private final Path waitingFile;
    /** Oldest first. */
    private final Set<Write> waiting = new LinkedHashSet<>();
    private final Map<String, Integer> waitingFor = new HashMap<>();
    private boolean saved;

    Writes(Messages messages, Path folder, String side) throws IOException {
        this.messages = messages;
        confirmed = new Ledger(folder.resolve(side + ".confirmed"));
        waits = new Lines(folder.resolve(side + ".waits"));
        waitingFile = folder.resolve(side + ".waiting");
        // What an earlier run was still waiting for when it ended it did not get.
        Lines.forEach(waitingFile, waits::add);
        Files.deleteIfExists(waitingFile);
    }

    /** A new message to a target; null while too many wait for that target already. */
    synchronized Write begin(String target) {
        if (waitingFor.getOrDefault(target, 0) >= MAX_WAITING) {
            return null;
        }
        Write write = new Write(messages.nextId(), target);
        waiting.add(write);
        waitingFor.merge(target, 1, Integer::sum);
        return write;
    }

    /** A copy of the message is confirmed. The first one counts. */
    synchronized void confirm(Write write) {
        if (!waiting.remove(write)) {
            return;
        }
        waitingFor.merge(write.target(), -1, Integer::sum);
        Wait wait = write.waited();
        confirmed.add(write.id(), wait);
        if (wait.isNoted()) {
            waits.add(wait.toString());
        }
    }

    /** The load itself was held up, so what happened to the targets in that time nobody saw. */
    void late(long millis) {
        long now = System.currentTimeMillis();
        Wait wait = new Wait(Wait.NOBODY, now - millis, now);
        if (wait.isNoted()) {
            waits.add(wait.toString());
        }
    }

    /** What waits for its confirmation, the oldest first. */
    synchronized List<Write> waiting() {
        return List.copyOf(waiting);
    }

    /** Writes down which long waits go on. Readers see the old file or the new one. */
    void saveWaiting() throws IOException {
        String lines = waiting().stream().map(Write::waited).filter(Wait::isNoted).map(wait -> wait + "\n")
                .collect(Collectors.joining());
        if (lines.isEmpty() && !saved) {
            return;
        }
        Path fresh = waitingFile.resolveSibling(waitingFile.getFileName() + ".new");
        // Not by java.nio, which an interrupt ends in the middle.
        try (OutputStream out = new FileOutputStream(fresh.toFile())) {
            out.write(lines.getBytes(StandardCharsets.UTF_8));
        }
        Files.move(fresh, waitingFile, StandardCopyOption.ATOMIC_MOVE);
        saved = !lines.isEmpty();
    }
}

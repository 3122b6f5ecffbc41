import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** How available one side was to those who write, by the files that {@link Writes} left. */
final class Availability {
    private final String side;
    private final long since;
    private final List<Figures> groups;
    private final ToIntFunction<String> groupOf;
    private long nobodyWroteMillis;

    private Availability(String side, long since, List<Figures> groups, ToIntFunction<String> groupOf) {
        this.side = side;
        this.since = since;
        this.groups = groups;
        this.groupOf = groupOf;
    }

    /** Classic queues stand apart: such a queue is on one broker alone and away with it. */
    static Availability ofRabbit(Path folder, long since) throws IOException {
        return new Availability("rabbitmq", since, List.of(new Figures("quorum"), new Figures("classic")),
                queue -> RabbitLoad.isQuorum(queue) ? 0 : 1).read(folder);
    }

    static Availability ofKafka(Path folder, long since) throws IOException {
        return new Availability("kafka", since, List.of(new Figures("partitions")), partition -> 0).read(folder);
    }

    private Availability read(Path folder) throws IOException {
        Lines.forEach(folder.resolve(side + ".confirmed"), line -> take(Ledger.waitOf(line), Figures::confirmed));
        Lines.forEach(folder.resolve(side + ".waits"), line -> take(Wait.parse(line), Figures::lasted));
        Lines.forEach(folder.resolve(side + ".waiting"), line -> take(Wait.parse(line), Figures::waiting));
        return this;
    }

    /** What ended before the moment asked about is left out. */
    private void take(Wait wait, BiConsumer<Figures, Wait> as) {
        if (wait.end() < since) {
            return;
        }
        if (wait.target().equals(Wait.NOBODY)) {
            nobodyWroteMillis = Math.max(nobodyWroteMillis, wait.millis());
        } else {
            as.accept(groups.get(groupOf.applyAsInt(wait.target())), wait);
        }
    }

    /** The members of a JSON object. */
    String json() {
        return groups.stream().map(Figures::json).collect(Collectors.joining(","))
                + String.format(Locale.ROOT, ",\"nobodyWroteMs\":%d", nobodyWroteMillis);
    }

    List<String> sentences() {
        List<String> all = new ArrayList<>();
        groups.forEach(group -> all.add(side + ' ' + group.sentence()));
        if (nobodyWroteMillis > 0) {
            all.add(side + ": the load itself was held up for up to " + nobodyWroteMillis + " ms.");
        }
        return all;
    }
}

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Keeps both broker clusters busy, and afterwards says whether anything that was confirmed is missing.
 *
 * <p>Usage: {@code Load run DIR RATE} until SIGTERM, {@code Load report DIR}. DIR holds the ledgers. Environment:
 * RABBITMQ_HOSTS and KAFKA_HOSTS (comma-separated), RABBITMQ_USER, RABBITMQ_PASSWORD.
 */
public final class Load {
    private static final long REPORT_LIMIT_MILLIS = 180_000;

    private Load() {}

    /** Work that ends when its thread is interrupted. */
    private interface Work {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        Files.createDirectories(folder);
        if (arguments[0].equals("run")) {
            run(folder, Integer.parseInt(arguments[2]));
        } else {
            System.exit(report(folder) ? 0 : 1);
        }
    }

    private static List<String> hosts(String variable) {
        return List.of(System.getenv(variable).split(","));
    }

    private static RabbitLoad rabbit(Ledger confirmed, Ledger taken) {
        return new RabbitLoad(hosts("RABBITMQ_HOSTS"), System.getenv("RABBITMQ_USER"), System.getenv("RABBITMQ_PASSWORD"),
                confirmed, taken);
    }

    private static void run(Path folder, int perSecond) throws Exception {
        Messages messages = new Messages();
        Ledger rabbitConfirmed = new Ledger(folder.resolve("rabbitmq.confirmed"));
        Ledger rabbitTaken = new Ledger(folder.resolve("rabbitmq.taken"));
        Ledger kafkaConfirmed = new Ledger(folder.resolve("kafka.confirmed"));
        RabbitLoad rabbit = rabbit(rabbitConfirmed, rabbitTaken);
        KafkaLoad kafka = new KafkaLoad(hosts("KAFKA_HOSTS"), kafkaConfirmed);
        rabbit.declare();
        kafka.createTopics();

        List<Thread> threads = new ArrayList<>();
        threads.add(start("rabbitmq-publisher", () -> rabbit.publishForever(messages, perSecond)));
        threads.add(start("rabbitmq-consumer", rabbit::consumeForever));
        threads.add(start("kafka-producer", () -> kafka.produceForever(messages, perSecond)));
        threads.add(start("kafka-consumer", () -> kafka.consumeForever(perSecond)));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            threads.forEach(Thread::interrupt);
            for (Thread thread : threads) {
                try {
                    thread.join(6000);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }));
        Files.writeString(folder.resolve("running"), "");
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** A part that ends by itself ends the program: half a load would pass for a whole one. */
    private static Thread start(String name, Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                // Told to stop.
            } catch (Exception | Error e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        }, name);
        thread.start();
        return thread;
    }

    private static boolean report(Path folder) throws IOException, InterruptedException {
        Path takenFile = folder.resolve("rabbitmq.taken");
        try (Ledger taken = new Ledger(takenFile)) {
            rabbit(null, taken).drain(REPORT_LIMIT_MILLIS);
        }
        Tally rabbit = Tally.of("rabbitmq", Ledger.read(folder.resolve("rabbitmq.confirmed")), Ledger.count(takenFile));
        Map<Long, Integer> inKafka = new KafkaLoad(hosts("KAFKA_HOSTS"), null).readBack(REPORT_LIMIT_MILLIS);
        Tally kafka = Tally.of("kafka", Ledger.read(folder.resolve("kafka.confirmed")), inKafka);

        System.out.println("{" + rabbit.json() + "," + kafka.json() + "}");
        System.err.println(rabbit.sentence());
        System.err.println(kafka.sentence());
        return rabbit.missing().isEmpty() && kafka.missing().isEmpty();
    }

    /** What was confirmed against what was found. A message found without a confirmation is no fault: it was sent. */
    private record Tally(String name, int confirmed, int found, List<String> missing, int duplicates, int unconfirmed) {
        static Tally of(String name, Map<Long, String> confirmed, Map<Long, Integer> found) {
            List<String> missing = new ArrayList<>();
            confirmed.forEach((id, target) -> {
                if (!found.containsKey(id)) {
                    missing.add(Long.toHexString(id) + " in " + target);
                }
            });
            int duplicates = found.values().stream().mapToInt(count -> count - 1).sum();
            int unconfirmed = (int) found.keySet().stream().filter(id -> !confirmed.containsKey(id)).count();
            return new Tally(name, confirmed.size(), confirmed.size() - missing.size(), missing, duplicates, unconfirmed);
        }

        String json() {
            return String.format(Locale.ROOT,
                    "\"%s\":{\"confirmed\":%d,\"found\":%d,\"missing\":%d,\"duplicates\":%d,\"unconfirmed\":%d}",
                    name, confirmed, found, missing.size(), duplicates, unconfirmed);
        }

        String sentence() {
            String text = String.format(Locale.ROOT,
                    "%s: of %d confirmed messages %d were found and %d are missing; %d came more than once, %d were"
                            + " found though never confirmed.",
                    name, confirmed, found, missing.size(), duplicates, unconfirmed);
            return missing.isEmpty() ? text : text + " Missing: " + missing.subList(0, Math.min(10, missing.size()));
        }
    }
}

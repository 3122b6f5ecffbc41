import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps both broker clusters busy, measures how long a confirmation takes meanwhile, and afterwards says whether anything
 * that was confirmed is missing.
 *
 * <p>Usage: {@code Load run DIR RATE} until SIGTERM, {@code Load report DIR}, {@code Load waits DIR SINCE}. DIR holds the
 * files. Environment of the first two: RABBITMQ_HOSTS and KAFKA_HOSTS (comma-separated), RABBITMQ_USER,
 * RABBITMQ_PASSWORD.
 */
public final class Load {
    private static final long REPORT_LIMIT_MILLIS = 180_000;
    /** Each queue and each partition is written to so often at least, whatever the rate: no outage is shorter to the eye. */
    private static final long INTERVAL_MILLIS = 500;
    private static final long SAVE_MILLIS = 250;
    private static final long END_MILLIS = 6000;

    private Load() {}

    /** Work that ends when its thread is interrupted. */
    private interface Work {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        Files.createDirectories(folder);
        switch (arguments[0]) {
            case "run" -> run(folder, Integer.parseInt(arguments[2]));
            case "waits" -> waits(folder, Long.parseLong(arguments[2]));
            default -> System.exit(report(folder) ? 0 : 1);
        }
    }

    private static List<String> hosts(String variable) {
        return List.of(System.getenv(variable).split(","));
    }

    private static RabbitLoad rabbit(Path folder) throws IOException {
        return new RabbitLoad(hosts("RABBITMQ_HOSTS"), System.getenv("RABBITMQ_USER"), System.getenv("RABBITMQ_PASSWORD"),
                new Ledger(folder.resolve("rabbitmq.taken")));
    }

    private static KafkaLoad kafka() {
        return new KafkaLoad(hosts("KAFKA_HOSTS"));
    }

    private static long interval(int targets, int perSecond) {
        return Math.max(1, Math.min(INTERVAL_MILLIS, targets * 1000L / perSecond));
    }

    private static void run(Path folder, int perSecond) throws Exception {
        Messages messages = new Messages();
        RabbitLoad rabbit = rabbit(folder);
        KafkaLoad kafka = kafka();
        rabbit.declare();
        kafka.createTopics();
        long rabbitInterval = interval(RabbitLoad.queues().size(), perSecond);
        long kafkaInterval = interval(KafkaLoad.partitions().size(), perSecond);
        Writes toRabbit = new Writes(messages, folder, "rabbitmq");
        Writes toKafka = new Writes(messages, folder, "kafka");
        List<Lane> lanes = rabbit.lanes(toRabbit);
        RabbitPublisher rabbitPublisher = new RabbitPublisher(RabbitLoad.queues(), lanes, toRabbit);
        KafkaPublisher kafkaPublisher = kafka.publisher(toKafka);

        // What others stand on ends after them.
        List<Thread> base = new ArrayList<>();
        lanes.forEach(lane -> base.add(start("rabbitmq-lane", lane::keepOpen)));
        base.add(start("waiting", () -> saveForever(toRabbit, toKafka)));
        List<Thread> threads = new ArrayList<>();
        threads.add(start("rabbitmq-publisher", () -> rabbitPublisher.publishForever(rabbitInterval)));
        threads.add(start("rabbitmq-consumer", rabbit::consumeForever));
        threads.add(start("kafka-publisher", () -> kafkaPublisher.publishForever(kafkaInterval)));
        threads.add(start("kafka-consumer", () -> kafka.consumeForever(kafkaInterval)));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            end(threads);
            end(base);
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

    private static void end(List<Thread> threads) {
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join(END_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void saveForever(Writes... sides) throws IOException, InterruptedException {
        Pace pace = new Pace(SAVE_MILLIS);
        try {
            while (true) {
                pace.await();
                save(sides);
            }
        } finally {
            save(sides);
        }
    }

    private static void save(Writes... sides) throws IOException {
        for (Writes side : sides) {
            side.saveWaiting();
        }
    }

    private static void waits(Path folder, long since) throws IOException {
        System.out.println("{\"since\":" + since + ",\"rabbitmq\":{" + Availability.ofRabbit(folder, since).json()
                + "},\"kafka\":{" + Availability.ofKafka(folder, since).json() + "}}");
    }

    private static boolean report(Path folder) throws IOException, InterruptedException {
        rabbit(folder).drain(REPORT_LIMIT_MILLIS);
        Tally rabbit = Tally.of("rabbitmq", Ledger.read(folder.resolve("rabbitmq.confirmed")),
                Ledger.count(folder.resolve("rabbitmq.taken")));
        Map<Long, Integer> inKafka = kafka().readBack(REPORT_LIMIT_MILLIS);
        Tally kafka = Tally.of("kafka", Ledger.read(folder.resolve("kafka.confirmed")), inKafka);
        Availability ofRabbit = Availability.ofRabbit(folder, 0);
        Availability ofKafka = Availability.ofKafka(folder, 0);

        System.out.println("{\"rabbitmq\":{" + rabbit.json() + "," + ofRabbit.json() + "},\"kafka\":{" + kafka.json() + ","
                + ofKafka.json() + "}}");
        System.err.println(rabbit.sentence());
        ofRabbit.sentences().forEach(System.err::println);
        System.err.println(kafka.sentence());
        ofKafka.sentences().forEach(System.err::println);
        return rabbit.missing().isEmpty() && kafka.missing().isEmpty();
    }
}

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The Kafka side: the topics, a publisher to all of their partitions, and a consumer group that cannot keep up. */
final class KafkaLoad {
    private static final Map<String, Integer> TOPICS = Map.of("orders", 48, "payments", 36, "shipments", 24, "audit", 12);
    private static final String GROUP = "billing";
    private static final List<String> CONSUMED = List.of("orders", "payments");

    private final String bootstrap;

    KafkaLoad(List<String> hosts) {
        bootstrap = String.join(":9092,", hosts) + ":9092";
    }

    static List<TopicPartition> partitions() {
        List<TopicPartition> all = new ArrayList<>();
        TOPICS.forEach((topic, count) -> {
            for (int partition = 0; partition < count; partition++) {
                all.add(new TopicPartition(topic, partition));
            }
        });
        return all;
    }

    KafkaPublisher publisher(Writes writes) {
        return new KafkaPublisher(bootstrap, partitions(), writes);
    }

    void createTopics() throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            for (Map.Entry<String, Integer> topic : TOPICS.entrySet()) {
                NewTopic wanted = new NewTopic(topic.getKey(), topic.getValue(), (short) 3)
                        .configs(Map.of("min.insync.replicas", "2"));
                try {
                    admin.createTopics(List.of(wanted)).all().get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw e;
                    }
                }
            }
            awaitLeaders(admin);
        }
    }

    /**
     * A leader that does not know yet of its partition would refuse a producer's first message to it and take the second,
     * and from then on find the first out of order until the producer gives it up.
     */
    private static void awaitLeaders(Admin admin) throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> ends =
                partitions().stream().collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        while (true) {
            try {
                admin.listOffsets(ends).all().get();
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException)) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }

    /** Takes about a third of what is produced to two of the topics. */
    void consumeForever(long intervalMillis) throws InterruptedException {
        long produced = CONSUMED.stream().mapToInt(TOPICS::get).sum() * 1000L / intervalMillis;
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "group.id", GROUP, "client.id", "lab-consumer",
                "auto.offset.reset", "earliest", "enable.auto.commit", true, "auto.commit.interval.ms", 2000,
                "max.poll.records", (int) Math.max(1, produced / 3), "session.timeout.ms", 10000,
                "heartbeat.interval.ms", 3000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(CONSUMED);
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    consumer.poll(Duration.ofSeconds(1));
                } catch (InterruptException e) {
                    throw e;
                } catch (KafkaException e) {
                    System.err.println("kafka consumer: " + e);
                }
                Thread.sleep(1000);
            }
        } catch (InterruptException e) {
            Thread.interrupted();
        }
    }

    /** Reads every topic from its beginning to where it ends now: how often each message stands there. */
    Map<Long, Integer> readBack(long limitMillis) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "client.id", "lab-report",
                "enable.auto.commit", false, "auto.offset.reset", "earliest", "default.api.timeout.ms", 60000);
        Map<Long, Integer> found = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Set<TopicPartition> left = new HashSet<>(partitions);
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
            left.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
            while (!left.isEmpty()) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("these partitions could not be read in time: " + left);
                }
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(500));
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    found.merge(Messages.idOf(record.value()), 1, Integer::sum);
                }
                left.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
            }
        }
        return found;
    }
}

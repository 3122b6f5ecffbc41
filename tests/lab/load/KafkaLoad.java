import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The Kafka side: an idempotent producer with acks=all over all topics, and a consumer group that cannot keep up. */
final class KafkaLoad {
    private static final Map<String, Integer> TOPICS = Map.of("orders", 48, "payments", 36, "shipments", 24, "audit", 12);
    private static final String GROUP = "billing";

    private final String bootstrap;
    private final Ledger confirmed;

    KafkaLoad(List<String> hosts, Ledger confirmed) {
        bootstrap = String.join(":9092,", hosts) + ":9092";
        this.confirmed = confirmed;
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
        }
    }

    void produceForever(Messages messages, int perSecond) throws InterruptedException {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "acks", "all", "enable.idempotence", true,
                "linger.ms", 20, "max.block.ms", 5000, "delivery.timeout.ms", 120000, "request.timeout.ms", 10000,
                "metadata.max.age.ms", 10000, "client.id", "lab-producer", "socket.connection.setup.timeout.ms", 3000);
        List<String> topics = List.copyOf(TOPICS.keySet());
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        Pace pace = new Pace(perSecond);
        try {
            for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                pace.await();
                send(producer, topics.get(i % topics.size()), messages.nextId());
            }
        } catch (InterruptException e) {
            // Kafka's own form of being told to stop.
        } finally {
            Thread.interrupted();
            producer.close(Duration.ofSeconds(4));
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String topic, long id) {
        try {
            byte[] key = Long.toHexString(id).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(topic, key, Messages.body(id)), (metadata, error) -> {
                if (error == null) {
                    confirmed.add(id, metadata.topic() + "-" + metadata.partition());
                }
            });
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            System.err.println("kafka producer: " + e);
        }
    }

    /** Takes about a third of what is produced to two of the topics. */
    void consumeForever(int perSecond) throws InterruptedException {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "group.id", GROUP, "client.id", "lab-consumer",
                "auto.offset.reset", "earliest", "enable.auto.commit", true, "auto.commit.interval.ms", 2000,
                "max.poll.records", Math.max(1, perSecond / 6), "session.timeout.ms", 10000,
                "heartbeat.interval.ms", 3000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of("orders", "payments"));
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
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : TOPICS.keySet()) {
                for (PartitionInfo partition : consumer.partitionsFor(topic)) {
                    partitions.add(new TopicPartition(topic, partition.partition()));
                }
            }
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

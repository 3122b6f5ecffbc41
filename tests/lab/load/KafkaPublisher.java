import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes to every partition at an even pace, with one idempotent producer and acks=all. */
final class KafkaPublisher {
    private static final Duration FAREWELL = Duration.ofSeconds(4);

    private final Map<String, Object> config;
    private final List<TopicPartition> partitions;
    private final Writes writes;
    /** What the producer gave up: sent again as a new record, and the wait goes on. */
    private final Queue<Write> refused = new ConcurrentLinkedQueue<>();

    KafkaPublisher(String bootstrap, List<TopicPartition> partitions, Writes writes) {
        // A new leader should be found as soon as there is one: short pauses, and answers that a dead node owes are not
        // awaited for longer than Kafka itself takes to miss it (broker.session.timeout.ms, 9 s).
        config = Map.ofEntries(Map.entry("bootstrap.servers", bootstrap), Map.entry("client.id", "lab-producer"),
                Map.entry("acks", "all"), Map.entry("enable.idempotence", true), Map.entry("linger.ms", 5),
                Map.entry("max.block.ms", 2000), Map.entry("delivery.timeout.ms", 120000),
                Map.entry("request.timeout.ms", 3000), Map.entry("retry.backoff.ms", 50),
                Map.entry("retry.backoff.max.ms", 200), Map.entry("reconnect.backoff.ms", 50),
                Map.entry("reconnect.backoff.max.ms", 500), Map.entry("metadata.max.age.ms", 5000),
                Map.entry("socket.connection.setup.timeout.ms", 1000),
                Map.entry("socket.connection.setup.timeout.max.ms", 2000));
        this.partitions = partitions;
        this.writes = writes;
    }

    /** Every partition gets a message each so many milliseconds. */
    void publishForever(long intervalMillis) throws InterruptedException {
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        Pace pace = new Pace(intervalMillis);
        try {
            while (true) {
                writes.late(pace.await());
                for (int left = refused.size(); left > 0; left--) {
                    Write write = refused.remove();
                    int dash = write.target().lastIndexOf('-');
                    send(producer, write, new TopicPartition(write.target().substring(0, dash),
                            Integer.parseInt(write.target().substring(dash + 1))));
                }
                for (TopicPartition partition : partitions) {
                    Write write = writes.begin(partition.toString());
                    if (write != null) {
                        send(producer, write, partition);
                    }
                }
            }
        } catch (InterruptException e) {
            // Kafka's own form of being told to stop.
        } finally {
            Thread.interrupted();
            producer.close(FAREWELL);
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Write write, TopicPartition to) {
        byte[] key = Long.toHexString(write.id()).getBytes(StandardCharsets.UTF_8);
        try {
            producer.send(new ProducerRecord<>(to.topic(), to.partition(), key, write.body()), (metadata, error) -> {
                if (error == null) {
                    writes.confirm(write);
                } else {
                    refused.add(write);
                }
            });
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            System.err.println("kafka producer: " + e);
            refused.add(write);
        }
    }
}

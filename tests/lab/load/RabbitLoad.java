import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The RabbitMQ side. Publishes to every queue in turn with publisher confirms; what is confirmed goes into one ledger.
 * Every other queue has a consumer, the rest pile up; what is taken out goes into a second ledger before it is
 * acknowledged, so no message leaves a queue unrecorded.
 */
final class RabbitLoad {
    private static final int QUORUM_QUEUES = 24;
    private static final int CLASSIC_QUEUES = 10;
    /** More unconfirmed messages than this and publishing waits: a queue without a majority confirms nothing. */
    private static final int MAX_OUTSTANDING = 2000;

    private final List<Address> addresses = new ArrayList<>();
    private final ConnectionFactory factory = new ConnectionFactory();
    private final Ledger confirmed;
    private final Ledger taken;

    /** What was published and is not yet confirmed. */
    private record Outstanding(long id, String queue) {}

    RabbitLoad(List<String> hosts, String user, String password, Ledger confirmed, Ledger taken) {
        for (String host : hosts) {
            addresses.add(new Address(host, 5672));
        }
        factory.setUsername(user);
        factory.setPassword(password);
        factory.setConnectionTimeout(3000);
        factory.setHandshakeTimeout(8000);
        factory.setRequestedHeartbeat(6);
        factory.setChannelRpcTimeout(15000);
        // A blocking write to a broker whose node lost its power would hold the publisher, and the closing of its
        // connection, until the node is back.
        factory.useNio();
        // Recovery is done here, where it is known which messages were never confirmed.
        factory.setAutomaticRecoveryEnabled(false);
        this.confirmed = confirmed;
        this.taken = taken;
    }

    static List<String> queues() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < QUORUM_QUEUES; i++) {
            names.add(String.format("orders.quorum.%02d", i));
        }
        for (int i = 0; i < CLASSIC_QUEUES; i++) {
            names.add(String.format("events.classic.%02d", i));
        }
        return names;
    }

    private Connection connect(String name) throws IOException, TimeoutException {
        List<Address> shuffled = new ArrayList<>(addresses);
        Collections.shuffle(shuffled);
        return factory.newConnection(shuffled, name);
    }

    /** Declares all queues, spread over the brokers. Done once and while all is well. */
    void declare() throws IOException, TimeoutException {
        for (int broker = 0; broker < addresses.size(); broker++) {
            try (Connection connection = factory.newConnection(List.of(addresses.get(broker)), "lab declare")) {
                Channel channel = connection.createChannel();
                // A new quorum queue's leader, like a classic queue, lives on the broker that is asked.
                List<String> queues = queues();
                for (int i = broker; i < queues.size(); i += addresses.size()) {
                    boolean quorum = queues.get(i).contains("quorum");
                    Map<String, Object> arguments = Map.of("x-queue-type", quorum ? "quorum" : "classic");
                    channel.queueDeclare(queues.get(i), true, false, false, arguments);
                }
            }
        }
    }

    void publishForever(Messages messages, int perSecond) throws InterruptedException {
        while (!Thread.currentThread().isInterrupted()) {
            try (Connection connection = connect("lab publisher")) {
                publish(connection, messages, new Pace(perSecond));
            } catch (IOException | TimeoutException | RuntimeException e) {
                System.err.println("rabbitmq publisher: " + e + ", connecting again");
            }
            Thread.sleep(1000);
        }
    }

    private void publish(Connection connection, Messages messages, Pace pace) throws IOException, InterruptedException {
        Channel channel = connection.createChannel();
        ConcurrentNavigableMap<Long, Outstanding> outstanding = new ConcurrentSkipListMap<>();
        channel.addConfirmListener((tag, multiple) -> settle(outstanding, tag, multiple, true),
                (tag, multiple) -> settle(outstanding, tag, multiple, false));
        // Mandatory: a message that reaches no queue is returned, and then confirmed all the same.
        channel.addReturnListener((code, text, exchange, queue, properties, body) -> {
            long id = Messages.idOf(body);
            outstanding.values().removeIf(message -> message.id() == id);
        });
        channel.confirmSelect();
        AMQP.BasicProperties persistent = new AMQP.BasicProperties.Builder().deliveryMode(2).build();
        List<String> queues = queues();
        try {
            for (int i = 0; channel.isOpen(); i++) {
                pace.await();
                if (outstanding.size() >= MAX_OUTSTANDING) {
                    continue;
                }
                String queue = queues.get(i % queues.size());
                long id = messages.nextId();
                outstanding.put(channel.getNextPublishSeqNo(), new Outstanding(id, queue));
                channel.basicPublish("", queue, true, persistent, Messages.body(id));
            }
            throw new IOException("channel closed: " + channel.getCloseReason());
        } catch (InterruptedException stop) {
            // What is under way may still be confirmed, and then it counts.
            for (int i = 0; i < 30 && !outstanding.isEmpty() && channel.isOpen(); i++) {
                Thread.sleep(100);
            }
            throw stop;
        }
    }

    private void settle(ConcurrentNavigableMap<Long, Outstanding> outstanding, long tag, boolean multiple, boolean acked) {
        Map<Long, Outstanding> settled = multiple ? outstanding.headMap(tag, true) : outstanding.subMap(tag, true, tag, true);
        if (acked) {
            settled.values().forEach(message -> confirmed.add(message.id(), message.queue()));
        }
        settled.clear();
    }

    void consumeForever() throws InterruptedException {
        List<String> queues = queues();
        List<String> consumed = new ArrayList<>();
        for (int i = 0; i < queues.size(); i += 2) {
            consumed.add(queues.get(i));
        }
        while (!Thread.currentThread().isInterrupted()) {
            try (Connection connection = connect("lab consumer")) {
                List<String> waiting = new ArrayList<>(consumed);
                while (connection.isOpen()) {
                    waiting.removeIf(queue -> startConsumer(connection, queue, waiting));
                    Thread.sleep(2000);
                }
            } catch (IOException | TimeoutException | RuntimeException e) {
                System.err.println("rabbitmq consumer: " + e + ", connecting again");
            }
            Thread.sleep(1000);
        }
    }

    /** A queue whose broker is down refuses its consumer: it goes back on the list and is asked again later. */
    private boolean startConsumer(Connection connection, String queue, List<String> waiting) {
        try {
            Channel channel = connection.createChannel();
            channel.basicQos(20);
            channel.basicConsume(queue, false, new Taker(channel, queue, new AtomicLong()) {
                @Override
                public void handleCancel(String tag) throws IOException {
                    channel.abort();
                }
            });
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Records every message, then acknowledges it. */
    private class Taker extends DefaultConsumer {
        private final String queue;
        private final AtomicLong count;

        Taker(Channel channel, String queue, AtomicLong count) {
            super(channel);
            this.queue = queue;
            this.count = count;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
                throws IOException {
            taken.add(Messages.idOf(body), queue);
            count.incrementAndGet();
            getChannel().basicAck(envelope.getDeliveryTag(), false);
        }
    }

    /** Takes all that is left out of every queue. */
    void drain(long limitMillis) throws InterruptedException {
        List<String> left = new ArrayList<>(queues());
        long end = System.currentTimeMillis() + limitMillis;
        while (!left.isEmpty()) {
            if (System.currentTimeMillis() > end) {
                throw new IllegalStateException("these queues could not be drained in time: " + left);
            }
            try (Connection connection = connect("lab drain")) {
                while (!left.isEmpty() && System.currentTimeMillis() < end) {
                    drainQueue(connection, left.get(0));
                    left.remove(0);
                }
            } catch (IOException | TimeoutException | RuntimeException e) {
                System.err.println("rabbitmq drain of " + left.get(0) + ": " + e);
                Collections.rotate(left, 1);
                Thread.sleep(1000);
            }
        }
    }

    /** Done when nothing came for a while and the queue says that nothing is ready. */
    private void drainQueue(Connection connection, String queue) throws IOException, InterruptedException, TimeoutException {
        try (Channel channel = connection.createChannel()) {
            AtomicLong count = new AtomicLong();
            channel.basicQos(200);
            channel.basicConsume(queue, false, new Taker(channel, queue, count));
            long seen;
            do {
                seen = count.get();
                Thread.sleep(150);
            } while (count.get() != seen || channel.queueDeclarePassive(queue).getMessageCount() > 0);
        }
    }
}

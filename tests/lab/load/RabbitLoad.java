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
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The RabbitMQ side: the queues, the lanes by which they are written to, and the consumers. Every other queue has a consumer,
 * the rest pile up; what is taken out goes into a ledger before it is acknowledged, so no message leaves a queue unrecorded.
 */
final class RabbitLoad {
    private static final int QUORUM_QUEUES = 24;
    private static final int CLASSIC_QUEUES = 10;

    private final List<Address> addresses = new ArrayList<>();
    private final ConnectionFactory factory = new ConnectionFactory();
    private final Ledger taken;

    RabbitLoad(List<String> hosts, String user, String password, Ledger taken) {
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

    static boolean isQuorum(String queue) {
        return queue.contains(".quorum.");
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
                    Map<String, Object> arguments = Map.of("x-queue-type", isQuorum(queues.get(i)) ? "quorum" : "classic");
                    channel.queueDeclare(queues.get(i), true, false, false, arguments);
                }
            }
        }
    }

    /** A lane for each broker. */
    List<Lane> lanes(Writes writes) {
        List<Lane> lanes = new ArrayList<>();
        for (Address address : addresses) {
            Lane.Connector connector = () -> factory.newConnection(List.of(address), "lab publisher");
            lanes.add(new Lane(address.getHost(), connector, writes));
        }
        return lanes;
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

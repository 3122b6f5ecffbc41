import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;

/**
 * The way to all queues through one broker: a connection with publisher confirms, made again whenever it is lost. What was
 * on its way then is not sent again here: it is no longer carried, and the publisher decides.
 */
final class Lane {
    private static final int PAUSE_MILLIS = 250;
    private static final int ABORT_MILLIS = 2000;
    private static final AMQP.BasicProperties PERSISTENT = new AMQP.BasicProperties.Builder().deliveryMode(2).build();

    /** Makes a connection to the lane's broker. */
    interface Connector {
        Connection connect() throws IOException, TimeoutException;
    }

    /** What lives as long as one connection does. */
    private record Session(Channel channel, ConcurrentNavigableMap<Long, Write> carried, CountDownLatch lost) {}

    private final String broker;
    private final Connector connector;
    private final Writes writes;
    /** Null while there is no connection. */
    private volatile Session session;

    Lane(String broker, Connector connector, Writes writes) {
        this.broker = broker;
        this.connector = connector;
        this.writes = writes;
    }

    void keepOpen() throws InterruptedException {
        String said = "";
        while (true) {
            try {
                Connection connection = connector.connect();
                try {
                    serve(connection);
                } finally {
                    session = null;
                    connection.abort(ABORT_MILLIS);
                }
            } catch (IOException | TimeoutException | RuntimeException e) {
                // A broker may be away for long: each reason is given once.
                if (!said.equals(e.toString())) {
                    said = e.toString();
                    System.err.println("rabbitmq publisher by " + broker + ": " + said + ", connecting again");
                }
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private void serve(Connection connection) throws IOException, InterruptedException {
        Channel channel = connection.createChannel();
        Session fresh = new Session(channel, new ConcurrentSkipListMap<>(), new CountDownLatch(1));
        channel.addShutdownListener(cause -> fresh.lost().countDown());
        channel.addConfirmListener((tag, multiple) -> settle(fresh, tag, multiple, true),
                (tag, multiple) -> settle(fresh, tag, multiple, false));
        // Mandatory: a message that reaches no queue is returned, and then confirmed all the same.
        channel.addReturnListener((code, text, exchange, queue, properties, body) -> {
            long id = Messages.idOf(body);
            fresh.carried().values().removeIf(write -> write.id() == id);
        });
        channel.confirmSelect();
        session = fresh;
        fresh.lost().await();
        throw new IOException("channel closed: " + channel.getCloseReason());
    }

    private void settle(Session of, long tag, boolean multiple, boolean acked) {
        Map<Long, Write> settled = of.carried().subMap(multiple ? 0 : tag, true, tag, true);
        if (acked) {
            settled.values().forEach(writes::confirm);
        }
        settled.clear();
    }

    boolean isOpen() {
        return session != null;
    }

    /**
     * Whether a copy may be sent through here. Never a second one while the broker has not answered to the first: of a
     * queue without a leader a channel takes 32 messages at most, and then holds up its whole connection.
     */
    boolean takes(Write write) {
        Session now = session;
        return now != null && !now.carried().containsValue(write);
    }

    /** Sends a copy. Only one thread does. */
    void send(Write write) {
        Session now = session;
        if (now == null) {
            return;
        }
        now.carried().put(now.channel().getNextPublishSeqNo(), write);
        try {
            now.channel().basicPublish("", write.target(), true, PERSISTENT, write.body());
        } catch (IOException | RuntimeException e) {
            // The connection is beyond use: it is made anew.
            now.lost().countDown();
        }
    }
}

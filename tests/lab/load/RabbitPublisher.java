import java.util.List;

/**
 * Writes to every queue at an even pace. There is one lane for each broker, taken in turn; what is not confirmed in time is
 * also sent by another. A wait is therefore the queue's, not that of a client with a dead broker at the other end.
 */
final class RabbitPublisher {
    private static final int TURN_MILLIS = 100;
    /** Unconfirmed for so long, a message is sent by another lane too. */
    private static final int RESEND_MILLIS = 400;
    /** What is under way when the load is told to stop may still be confirmed, and then it counts. */
    private static final int FAREWELL_TURNS = 30;

    private final List<String> queues;
    private final List<Lane> lanes;
    private final Writes writes;
    private int cursor;

    RabbitPublisher(List<String> queues, List<Lane> lanes, Writes writes) {
        this.queues = queues;
        this.lanes = lanes;
        this.writes = writes;
    }

    /** Every queue gets a message each so many milliseconds. */
    void publishForever(long intervalMillis) throws InterruptedException {
        long turnMillis = Math.min(TURN_MILLIS, intervalMillis);
        long turns = intervalMillis / turnMillis;
        // That the load is starting keeps nobody waiting.
        while (lanes.stream().noneMatch(Lane::isOpen)) {
            Thread.sleep(TURN_MILLIS);
        }
        Pace pace = new Pace(turnMillis);
        try {
            for (long turn = 0; ; turn++) {
                writes.late(pace.await());
                if (turn % turns == 0) {
                    sweep();
                }
                resend();
            }
        } catch (InterruptedException stop) {
            for (int turn = 0; turn < FAREWELL_TURNS && !writes.waiting().isEmpty(); turn++) {
                Thread.sleep(TURN_MILLIS);
            }
            throw stop;
        }
    }

    private void sweep() {
        for (String queue : queues) {
            Write write = writes.begin(queue);
            if (write != null) {
                send(write);
            }
        }
    }

    private void resend() {
        for (Write write : writes.waiting()) {
            if (write.millisSinceSent() >= RESEND_MILLIS) {
                send(write);
            }
        }
    }

    /** By the next lane that takes it; without any, later. */
    private void send(Write write) {
        for (int tried = 0; tried < lanes.size(); tried++) {
            Lane lane = lanes.get(cursor++ % lanes.size());
            if (lane.takes(write)) {
                write.sent();
                lane.send(write);
                return;
            }
        }
    }
}

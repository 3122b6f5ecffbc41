import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Message ids, different in every run of the program, and the bodies that carry them. */
final class Messages {
    /** Small, for hundreds of them a second pile up in memory: the lab's volumes are there. */
    private static final int BODY_BYTES = 100;
    private final long run = System.currentTimeMillis() / 1000;
    private final AtomicInteger next = new AtomicInteger();

    long nextId() {
        return run << 32 | next.getAndIncrement() & 0xffffffffL;
    }

    static byte[] body(long id) {
        StringBuilder text = new StringBuilder(BODY_BYTES).append(Long.toHexString(id)).append(' ');
        while (text.length() < BODY_BYTES) {
            text.append('.');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static long idOf(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        return Long.parseUnsignedLong(text.substring(0, text.indexOf(' ')), 16);
    }
}

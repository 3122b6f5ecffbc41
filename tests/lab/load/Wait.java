/**
 * How long a message to a target was on its way, from when it was first sent to when a copy of it was confirmed, in
 * milliseconds since 1970. In files it is "TARGET BEGIN END".
 */
record Wait(String target, long begin, long end) {
    /** Waits from here on are noted one by one. */
    static final long NOTED_MILLIS = 250;
    /** The target under which is noted that the load itself was held up: in that time nobody tried to write. */
    static final String NOBODY = "nobody-wrote";

    static Wait parse(String text) {
        int second = text.indexOf(' ');
        int third = text.indexOf(' ', second + 1);
        return new Wait(text.substring(0, second), Long.parseLong(text, second + 1, third, 10),
                Long.parseLong(text, third + 1, text.length(), 10));
    }

    long millis() {
        return end - begin;
    }

    boolean isNoted() {
        return millis() >= NOTED_MILLIS;
    }

    @Override
    public String toString() {
        return target + ' ' + begin + ' ' + end;
    }
}

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was confirmed against what was found. A message found without a confirmation is no fault: it was sent. */
record Tally(String name, int confirmed, int found, List<String> missing, int duplicates, int unconfirmed) {
    static Tally of(String name, Map<Long, String> confirmed, Map<Long, Integer> found) {
        List<String> missing = new ArrayList<>();
        confirmed.forEach((id, target) -> {
            if (!found.containsKey(id)) {
                missing.add(Long.toHexString(id) + " in " + target);
            }
        });
        int duplicates = found.values().stream().mapToInt(count -> count - 1).sum();
        int unconfirmed = (int) found.keySet().stream().filter(id -> !confirmed.containsKey(id)).count();
        return new Tally(name, confirmed.size(), confirmed.size() - missing.size(), missing, duplicates, unconfirmed);
    }

    /** The members of a JSON object. */
    String json() {
        return String.format(Locale.ROOT,
                "\"confirmed\":%d,\"found\":%d,\"missing\":%d,\"duplicates\":%d,\"unconfirmed\":%d",
                confirmed, found, missing.size(), duplicates, unconfirmed);
    }

    String sentence() {
        String text = String.format(Locale.ROOT,
                "%s: of %d confirmed messages %d were found and %d are missing; %d came more than once, %d were"
                        + " found though never confirmed.",
                name, confirmed, found, missing.size(), duplicates, unconfirmed);
        return missing.isEmpty() ? text : text + " Missing: " + missing.subList(0, Math.min(10, missing.size()));
    }
}

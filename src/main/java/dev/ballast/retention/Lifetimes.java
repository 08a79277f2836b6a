package dev.ballast.retention;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How long things are kept, and which of it contradicts the rest.
///
/// @param orders how long settled orders are kept, whose rows absorb every repetition
/// @param replayWithin how long after its first death a record may be replayed
/// @param letters how long letters are kept in the index after they are closed
/// @param topics how long topics keep their records, by name
record Lifetimes(Duration orders, Duration replayWithin, Duration letters, Map<String, Duration> topics) {
    static final String ORDERS = "ballast.payments.keep-orders-for";
    static final String REPLAY_WITHIN = "ballast.deadletters.replay-within";
    static final String LETTERS = "ballast.deadletters.keep-for";

    private static final String PAYMENTS = "payments";
    /// Brokers delete whole segments, and begin another one after a week unless told otherwise.
    private static final Duration SEGMENT = Duration.ofDays(7);
    private static final String SUFFIX = "_dlq";

    /// What is wrong, each with its name and the reason; empty where nothing is.
    List<String> contradictions() {
        List<String> wrong = new ArrayList<>();
        Duration topic = topics.getOrDefault(PAYMENTS, Duration.ZERO).plus(SEGMENT);
        Duration dead = topics.getOrDefault(PAYMENTS + SUFFIX, Duration.ZERO).plus(SEGMENT);
        mustExceed(orders, topic, retention(PAYMENTS), wrong);
        mustExceed(orders, dead, retention(PAYMENTS + SUFFIX), wrong);
        mustExceed(
                orders, replayWithin.plus(topic), REPLAY_WITHIN + " and " + retention(PAYMENTS) + " together", wrong);
        topics.forEach((name, kept) -> {
            Duration lies = kept.plus(SEGMENT);
            if (name.endsWith(SUFFIX) && letters.compareTo(lies) <= 0) {
                wrong.add("%s is %s and must be above %s, %s with the week for which a broker may keep a record longer:"
                                .formatted(LETTERS, letters, retention(name), lies)
                        + " reading the topic again would open letters that are closed");
            }
        });
        return wrong;
    }

    private static void mustExceed(Duration orders, Duration least, String what, List<String> wrong) {
        if (orders.compareTo(least) <= 0) {
            wrong.add("%s is %s and must be above %s, %s with the week for which a broker may keep a record longer:"
                            .formatted(ORDERS, orders, what, least)
                    + " a record could come again after its order is forgotten, and be debited twice");
        }
    }

    private static String retention(String topic) {
        return "ballast.kafka.topics." + topic + ".retention";
    }
}

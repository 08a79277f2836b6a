package dev.ballast.messaging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/// The consumers as configuration has them, checked: what is wrong is named by its key, and all of it at once.
final class Configured {
    private static final String PREFIX = "ballast.messaging.consumers.";
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    /// What a hand-over or a shutdown may be held up.
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);

    private final MessagingSettings settings;
    private final SortedSet<String> handlers;

    /// @param handlers names of those there are
    Configured(MessagingSettings settings, SortedSet<String> handlers) {
        this.settings = settings;
        this.handlers = handlers;
    }

    /// Each setting that cannot be, and what can.
    List<String> wrong() {
        List<String> wrong = new ArrayList<>();
        for (String name : settings.consumers().keySet()) {
            if (!handlers.contains(name)) {
                wrong.add(PREFIX + name + " names no consumer; there are: " + String.join(", ", handlers));
            }
        }
        handlers.forEach(name -> checkNumbers(PREFIX + name, consumer(name), wrong));
        return wrong;
    }

    MessagingSettings.Consumer consumer(String name) {
        MessagingSettings.Consumer consumer = settings.consumers().get(name);
        if (consumer == null) {
            throw new IllegalStateException("@WithDefaults answers for every name");
        }
        return consumer;
    }

    private static void checkNumbers(String key, MessagingSettings.Consumer own, List<String> wrong) {
        within(key + ".window", own.window(), 1, 100_000, wrong);
        within(key + ".window-bytes", own.windowBytes(), 1L, (long) Integer.MAX_VALUE, wrong);
        within(key + ".max-attempts", own.maxAttempts(), 1, Integer.MAX_VALUE, wrong);
        within(key + ".max-deaths", own.maxDeaths(), 1, Integer.MAX_VALUE, wrong);
        within(key + ".retry-pause", own.retryPause(), MILLISECOND, own.retryPauseLimit(), wrong);
        within(key + ".retry-pause-limit", own.retryPauseLimit(), MILLISECOND, Duration.ofMinutes(1), wrong);
        within(key + ".attempt-timeout", own.attemptTimeout(), Duration.ofMillis(100), Duration.ofMinutes(10), wrong);
        within(key + ".flush-every", own.flushEvery(), MILLISECOND, Duration.ofMinutes(1), wrong);
        within(key + ".drain-limit", own.drainLimit(), Duration.ZERO, LONGEST_DRAIN, wrong);
    }

    private static <T extends Comparable<? super T>> void within(
            String key, T value, T least, T most, List<String> wrong) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            wrong.add("%s must be from %s to %s, not %s".formatted(key, least, most, value));
        }
    }
}

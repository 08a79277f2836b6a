package dev.ballast.messaging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The consumers as configuration has them, checked: what is wrong is named by its key, and all of it at once.
final class Configured {
    private static final String PREFIX = "ballast.messaging.consumers.";
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    /// What a hand-over or a shutdown may be held up.
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);

    private final MessagingSettings settings;
    /// Whether it reads dead letters, by name.
    private final SortedMap<String, Boolean> handlers = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();

    Configured(MessagingSettings settings, Iterable<RecordHandler> handlers) {
        this.settings = settings;
        for (RecordHandler handler : handlers) {
            if (this.handlers.put(handler.name(), handler.readsDeadLetters()) != null) {
                wrong.add("two consumers have the name " + handler.name());
            }
        }
    }

    /// Each setting that cannot be, and what can.
    ///
    /// @param declared the topics that the service makes where they are missing
    List<String> wrong(Collection<String> declared) {
        for (String name : settings.consumers().keySet()) {
            if (!handlers.containsKey(name)) {
                wrong.add(PREFIX + name + " names no consumer; there are: " + String.join(", ", handlers.keySet()));
            }
        }
        handlers.keySet().forEach(name -> checkNumbers(PREFIX + name, consumer(name), wrong));
        checkThatNothingIsShared();
        checkThatDeadLettersAreRead();
        handlers.keySet().forEach(name -> checkThatTopicsAreDeclared(name, declared));
        return wrong;
    }

    /// What a consumer reads: unless configured otherwise the topic of its name, or, if it reads dead letters, those
    /// of all consumers that can leave some.
    List<String> topics(String name) {
        return consumer(name).topics().orElseGet(() -> readsDeadLetters(name) ? deadLetterTopics() : List.of(name));
    }

    String group(String name) {
        return consumer(name).group().orElse("ballast-" + name);
    }

    private List<String> deadLetterTopics() {
        return handlers.keySet().stream()
                .filter(name -> !readsDeadLetters(name))
                .flatMap(name -> topics(name).stream())
                .map(topic -> topic + DeadLetters.SUFFIX)
                .toList();
    }

    private boolean readsDeadLetters(String name) {
        return handlers.getOrDefault(name, false);
    }

    /// Two consumers of a topic would leave two dead letters of the same origin, of which the index has one.
    private void checkThatNothingIsShared() {
        Map<String, String> readers = new HashMap<>();
        Map<String, String> groups = new HashMap<>();
        for (String name : handlers.keySet()) {
            for (String topic : topics(name)) {
                String other = readers.put(topic, name);
                if (other != null) {
                    wrong.add("%s%s.topics and %s%s.topics have both %s; a topic has one consumer"
                            .formatted(PREFIX, other, PREFIX, name, topic));
                }
            }
            String other = groups.put(group(name), name);
            if (other != null) {
                wrong.add("%s%s.group and %s%s.group are both %s; each consumer has a group of its own"
                        .formatted(PREFIX, other, PREFIX, name, group(name)));
            }
        }
    }

    /// A letter that no consumer reads is not in the index: nobody hears of it.
    private void checkThatDeadLettersAreRead() {
        handlers.keySet().stream().filter(this::readsDeadLetters).forEach(name -> deadLetterTopics().stream()
                .filter(topic -> !topics(name).contains(topic))
                .forEach(topic ->
                        wrong.add("%s%s.topics must have %s too, or be left out".formatted(PREFIX, name, topic))));
    }

    private void checkThatTopicsAreDeclared(String name, Collection<String> declared) {
        for (String topic : topics(name)) {
            checkThatItIsDeclared(topic, "consumer " + name + " reads it", declared);
            if (!readsDeadLetters(name)) {
                checkThatItIsDeclared(
                        topic + DeadLetters.SUFFIX, "dead letters of consumer " + name + " go there", declared);
            }
        }
    }

    private void checkThatItIsDeclared(String topic, String why, Collection<String> declared) {
        if (!declared.contains(topic)) {
            wrong.add("ballast.kafka.topics." + topic + " is missing: " + why);
        }
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
        within(key + ".trial-after", own.trialAfter(), Duration.ZERO, Duration.ofMinutes(1), wrong);
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

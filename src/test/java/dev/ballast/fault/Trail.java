package dev.ballast.fault;

import dev.ballast.fault.Subject.Written;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What became of each key lately: writes, deliveries, and what each pod showed and from which tier. Of the first keys
/// that are seen stale, and of the first failures, it keeps the story, since afterwards nobody knows any more.
/// Written by the timeline; the stories are readable from every thread.
final class Trail {
    private static final int EVENTS = 40;
    private static final int STORIES = 3;

    /// Apart, as reads are many and would crowd out the changes.
    private final Map<Long, Deque<Event>> changes = new HashMap<>();

    private final Map<Long, Deque<Event>> reads = new HashMap<>();
    private final Set<Long> told = new HashSet<>();
    private final List<String> stories = new CopyOnWriteArrayList<>();
    private int failures;

    /// The same answer many times over is one event.
    private static final class Event {
        private final int pod;
        private final long version;
        private final String what;
        private final long from;
        private long until;
        private int times = 1;

        Event(int pod, long version, String what, long at) {
            this.pod = pod;
            this.version = version;
            this.what = what;
            this.from = at;
            this.until = at;
        }

        String since(long zero) {
            String when = millis(from - zero) + (times == 1 ? "" : "…" + millis(until - zero));
            return "%s ms %s%s".formatted(when, what, times == 1 ? "" : " (×" + times + ")");
        }

        private static String millis(long nanos) {
            return "%,d".formatted(TimeUnit.NANOSECONDS.toMillis(nanos));
        }
    }

    void written(int pod, long key, Written written, long at) {
        add(changes, key, new Event(pod, 0, "pod " + pod + " answers " + written, at));
    }

    void delivered(long key, long version, long at) {
        add(changes, key, new Event(-1, version, "nothing waits for delivery, which binds to " + version, at));
    }

    /// @param tier that answered, as the pod says; empty where it does not
    void read(int pod, long key, long version, String tier, long start) {
        Event last = last(key, pod);
        if (last != null && last.version == version && (tier.isEmpty() || last.what.endsWith(source(tier)))) {
            last.until = start;
            last.times++;
        } else {
            String what = "pod %d shows %d%s".formatted(pod, version, source(tier));
            add(reads, key, new Event(pod, version, what, start));
        }
    }

    /// Without the rest of the lifetime, which differs each time.
    private static String source(String tier) {
        int ttl = tier.indexOf("; ttl");
        return tier.isEmpty() ? "" : " (" + (ttl < 0 ? tier : tier.substring(0, ttl)) + ")";
    }

    /// Keeps the story of this key, should it be one of the first that need one.
    ///
    /// @param start of the read that was late
    void stale(long key, long start) {
        if (told.size() < STORIES && told.add(key)) {
            String lines = Stream.of(changes, reads)
                    .flatMap(each -> each.getOrDefault(key, new ArrayDeque<>()).stream())
                    .sorted(Comparator.comparingLong(event -> event.from))
                    .map(event -> event.since(start))
                    .collect(Collectors.joining("\n    "));
            stories.add("key " + key + " until its first late read:\n    " + lines);
        }
    }

    /// Keeps what a pod failed to answer, should it be one of the first times.
    ///
    /// @param keys of one read
    void failed(int pod, List<Long> keys, String why, long start, long end) {
        if (failures++ < STORIES) {
            stories.add("pod %d does not answer for %s after %s ms, at %s: %s"
                    .formatted(pod, keys, Event.millis(end - start), Instant.now(), why));
        }
    }

    List<String> stories() {
        return stories;
    }

    private Event last(long key, int pod) {
        Iterator<Event> newest = reads.getOrDefault(key, new ArrayDeque<>()).descendingIterator();
        while (newest.hasNext()) {
            Event event = newest.next();
            if (event.pod == pod) {
                return event;
            }
        }
        return null;
    }

    private static void add(Map<Long, Deque<Event>> all, long key, Event event) {
        Deque<Event> past = all.computeIfAbsent(key, _ -> new ArrayDeque<>());
        past.add(event);
        if (past.size() > EVENTS) {
            past.remove();
        }
    }
}

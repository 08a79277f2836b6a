package dev.ballast.degradation;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Lets what happens on every request into the log once a minute, each subject by itself: the counters tell how often.
/// Subjects are few and named in code, as they are kept. Safe for use from every thread.
public final class Rarely {
    private static final long PAUSE = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final Map<String, AtomicLong> next = new ConcurrentHashMap<>();

    public Rarely(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Whether the caller is to speak of the subject; nobody else is for a minute then.
    public boolean maySpeak(String subject) {
        long now = nanoTime.getAsLong();
        AtomicLong due = next.computeIfAbsent(subject, _ -> new AtomicLong(now));
        long seen = due.get();
        return now - seen >= 0 && due.compareAndSet(seen, now + PAUSE);
    }
}

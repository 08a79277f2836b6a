package dev.ballast.cache;

import dev.ballast.cache.CacheSettings.Tuning;
import dev.ballast.leases.Coherence;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A cache whose clock, Redis and loader are moved by hand.
final class CacheFixture {
    final AtomicLong nanos = new AtomicLong(1);
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final HandRemote remote = new HandRemote();
    final HandLoader loader = new HandLoader();
    final List<List<String>> announced = new ArrayList<>();
    final List<UniEmitter<?>> pauses = new ArrayList<>();
    final TieredCache<String, String> cache;
    /// When the invalidation log was last confirmed; follows the clock unless the test lets it age.
    final AtomicLong confirmedAt = new AtomicLong(1);
    boolean logAway;
    private final Deque<Step> steps = new ArrayDeque<>();

    private record Step(Thread thread, AtomicInteger looks, Runnable event) {}

    CacheFixture() {
        this(Map.of());
    }

    CacheFixture(Map<String, String> settings) {
        Tuning tuning = settings(settings).caches().get("test");
        cache = assemble(spec(loader), tuning, new CacheMeters("test", registry));
    }

    TieredCache<String, String> assemble(CacheSpec<String, String> spec, Tuning tuning, CacheMeters meters) {
        return TieredCaches.assemble(
                spec,
                tuning,
                meters,
                Tracing.none(),
                remote,
                texts -> {
                    announced.add(texts);
                    return Uni.createFrom().item(!logAway);
                },
                new Coherence(() -> look(confirmedAt), Duration.ofSeconds(1)),
                _ -> Uni.createFrom().<Void>emitter(pauses::add),
                () -> look(nanos),
                new Random(3));
    }

    /// Lets something happen in the midst of what this thread does: before it looks for the n-th time, from now or from
    /// the event before, at the clock or at the read lease.
    void before(int look, Runnable event) {
        steps.add(new Step(Thread.currentThread(), new AtomicInteger(look), event));
    }

    /// Whether all events have happened; those that have not will not any more.
    boolean passed() {
        boolean all = steps.isEmpty();
        steps.clear();
        return all;
    }

    private long look(AtomicLong source) {
        Step next = steps.peek();
        if (next != null && next.thread == Thread.currentThread() && next.looks.decrementAndGet() == 0) {
            steps.remove();
            List<Step> later = List.copyOf(steps);
            steps.clear(); // the event looks too
            next.event.run();
            steps.addAll(later);
        }
        return source.get();
    }

    /// Ends the pauses of all who wait for another pod.
    void awaken() {
        List<UniEmitter<?>> due = List.copyOf(pauses);
        pauses.clear();
        due.forEach(pause -> pause.complete(null));
    }

    static CacheSettings settings(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(CacheSettings.class)
                .withSources(new PropertiesConfigSource(settings, "test", 500))
                .build()
                .getConfigMapping(CacheSettings.class);
    }

    static CacheSpec<String, String> spec(Loader<String, String> loader) {
        return new CacheSpec<>("test", key -> key, text -> text, new TextCodec(), loader, String::length);
    }

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        if (!logAway) {
            confirmedAt.set(nanos.get());
        }
    }

    double count(String name, String... tags) {
        return registry.get("ballast.cache." + name)
                .tags(tags)
                .functionCounter()
                .count();
    }

    static final class TextCodec implements ValueCodec<String> {
        @Override
        public int schema() {
            return 1;
        }

        @Override
        public byte[] encode(String value) {
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] body) {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /// Answers from a map at once, unless told to be away or to hold its answers back. Its leases are those of the
    /// scripts, said in the simplest way.
    static final class HandRemote implements RemoteTier<String, String> {
        final Map<String, String> stored = new HashMap<>();
        final Set<String> negative = new HashSet<>();
        final Map<String, String> leases = new HashMap<>();
        final List<Collection<String>> reads = new ArrayList<>();
        final Set<String> unreachable = new HashSet<>();
        boolean away;
        boolean held;
        boolean ageing;
        private int tokens;
        private final List<Runnable> waiting = new ArrayList<>();

        void release() {
            held = false;
            List.copyOf(waiting).forEach(Runnable::run);
            waiting.clear();
        }

        @Override
        public int neighbourhood(String key) {
            return key.length();
        }

        @Override
        public Uni<Map<String, Found<String>>> read(Collection<String> keys) {
            reads.add(List.copyOf(keys));
            Map<String, Found<String>> found = new HashMap<>();
            keys.forEach(key -> found.put(key, find(key)));
            return answer(found);
        }

        @Override
        public Uni<Map<String, Found<String>>> renew(Collection<String> keys) {
            Map<String, Found<String>> found = new HashMap<>();
            keys.forEach(key -> found.put(key, lease(key)));
            return answer(found);
        }

        private Found<String> find(String key) {
            if (away) {
                return new Found.Unknown<>();
            }
            return negative.contains(key) || stored.containsKey(key)
                    ? new Found.Hit<>(stored.get(key), 99, ageing)
                    : lease(key);
        }

        private Found<String> lease(String key) {
            if (leases.containsKey(key)) {
                return new Found.Busy<>();
            }
            leases.put(key, "token" + tokens++);
            return new Found.Granted<>(leases.get(key));
        }

        @Override
        public Uni<Map<String, Written>> write(Map<String, String> granted, Map<String, String> values) {
            Map<String, Written> written = new HashMap<>();
            values.forEach((key, value) -> written.put(key, write(key, granted.get(key), value)));
            return answer(written);
        }

        private Written write(String key, String token, String value) {
            if (away) {
                return Written.LEFT_OUT;
            }
            if (!leases.remove(key, token)) {
                return Written.REJECTED;
            }
            if (value == null) {
                negative.add(key);
            } else {
                stored.put(key, value);
            }
            return Written.STORED;
        }

        @Override
        public Uni<KeyReport.Held> describe(String text) {
            return Uni.createFrom().item(KeyReport.Held.NOTHING);
        }

        @Override
        public Uni<Void> release(Map<String, String> granted) {
            granted.forEach(leases::remove);
            return answer(null);
        }

        @Override
        public Uni<Set<String>> delete(Collection<String> texts) {
            Set<String> gone = new HashSet<>(texts);
            gone.removeAll(unreachable);
            if (away) {
                gone.clear();
            }
            gone.forEach(stored::remove);
            negative.removeAll(gone);
            gone.forEach(leases::remove);
            return answer(gone);
        }

        @Override
        public Uni<Boolean> clear() {
            stored.clear();
            negative.clear();
            leases.clear();
            return answer(!away);
        }

        private <T> Uni<T> answer(T answer) {
            if (!held) {
                return Uni.createFrom().item(answer);
            }
            return Uni.createFrom().emitter(emitter -> waiting.add(() -> emitter.complete(answer)));
        }
    }

    /// Remembers what it was asked for; the test answers when it likes.
    static final class HandLoader implements Loader<String, String> {
        final List<Collection<String>> calls = new ArrayList<>();
        private final Deque<Call> open = new ArrayDeque<>();

        private record Call(Collection<String> keys, UniEmitter<? super Map<String, String>> emitter) {}

        @Override
        public Uni<Map<String, String>> loadAll(Collection<String> keys) {
            return Uni.createFrom().emitter(emitter -> {
                calls.add(keys);
                open.add(new Call(keys, emitter));
            });
        }

        /// Answers the oldest open call: each key with the key and `suffix`, but for those in `without`.
        void answer(String suffix, String... without) {
            Call call = open.remove();
            Map<String, String> values = new HashMap<>();
            call.keys.forEach(key -> values.put(key, key + suffix));
            List.of(without).forEach(values::remove);
            call.emitter.complete(values);
        }

        /// Answers all open calls.
        void answerAll(String suffix) {
            while (!open.isEmpty()) {
                answer(suffix);
            }
        }

        void fail(Throwable failure) {
            open.remove().emitter.fail(failure);
        }
    }
}

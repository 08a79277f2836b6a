package dev.ballast.cache;

import dev.ballast.cache.CacheSettings.Tuning;
import dev.ballast.leases.Answer;
import dev.ballast.leases.Filling;
import dev.ballast.leases.LeasedStore;
import dev.ballast.leases.LeasedStore.Content;
import dev.ballast.leases.Lifetime;
import dev.ballast.origin.Breaker;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The shared tier in Redis: turns values into payloads for the leased store, and stops asking while Redis is away,
/// or somebody ordered so. Invalidations are tried even then, as their failing matters.
final class RedisTier<K, V> implements RemoteTier<K, V> {
    private final LeasedStore store;
    private final CacheSpec<K, V> spec;
    private final Breaker breaker;
    private final BooleanSupplier closed;
    private final CacheMeters meters;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Complaints complaints;
    private final Lifetime lifetime;
    private final Lifetime negativeLifetime;
    private final long ageingMs;
    private final int maxValueBytes;

    RedisTier(
            LeasedStore store,
            CacheSpec<K, V> spec,
            Tuning tuning,
            Breaker breaker,
            BooleanSupplier closed,
            CacheMeters meters,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.spec = spec;
        this.breaker = breaker;
        this.closed = closed;
        this.meters = meters;
        this.clock = clock;
        this.random = random;
        this.complaints = new Complaints(spec.name(), clock);
        this.lifetime = new Lifetime(tuning.l2Ttl(), random);
        this.negativeLifetime = new Lifetime(tuning.negativeTtl(), random);
        this.ageingMs = tuning.l2Ttl().toMillis() / 5;
        this.maxValueBytes = tuning.l2MaxValueBytes();
    }

    @Override
    public int neighbourhood(K key) {
        return LeasedStore.bucket(spec.keyText().apply(key));
    }

    @Override
    public Uni<Map<K, Found<V>>> read(Collection<K> wanted) {
        return ask(wanted, false);
    }

    @Override
    public Uni<Map<K, Found<V>>> renew(Collection<K> wanted) {
        return ask(wanted, true);
    }

    private Uni<Map<K, Found<V>>> ask(Collection<K> wanted, boolean renew) {
        Map<String, K> byText = new HashMap<>();
        wanted.forEach(key -> byText.put(spec.keyText().apply(key), key));
        if (closed.getAsBoolean() || !breaker.admits()) {
            Map<K, Found<V>> unknown = new HashMap<>();
            wanted.forEach(key -> unknown.put(key, new Found.Unknown<>()));
            return Uni.createFrom().item(unknown);
        }
        return store.getOrLease(byText.keySet(), renew).chain(answers -> {
            report(answers.values().stream().anyMatch(Answer.Away.class::isInstance));
            Map<K, Found<V>> found = new HashMap<>();
            List<K> broken = new ArrayList<>();
            answers.forEach((text, answer) -> {
                K key = byText.get(text);
                if (key != null) {
                    found(answer).ifPresentOrElse(it -> found.put(key, it), () -> broken.add(key));
                }
            });
            return broken.isEmpty() ? Uni.createFrom().item(found) : mend(broken, found);
        });
    }

    /// Asks for leases where something lies that nobody can read any more: what is loaded then replaces it.
    private Uni<Map<K, Found<V>>> mend(List<K> broken, Map<K, Found<V>> found) {
        return ask(broken, true).map(leases -> {
            found.putAll(leases);
            return found;
        });
    }

    private void report(boolean away) {
        if (away) {
            breaker.failed();
        } else {
            breaker.succeeded();
        }
    }

    /// Empty where there are bytes that are broken, or of a version before this one's.
    private Optional<Found<V>> found(Answer answer) {
        return switch (answer) {
            case Answer.Value value -> open(value.bytes().getBytes());
            case Answer.Granted granted -> {
                if (granted.foreign()) {
                    unreadable();
                }
                yield Optional.of(new Found.Granted<>(granted.token()));
            }
            case Answer.Busy _ -> Optional.of(new Found.Busy<>());
            case Answer.Away _ -> Optional.of(new Found.Unknown<>());
        };
    }

    /// What a newer version stored stays where it is, for the pods that read it: during a rolling upgrade the older
    /// ones load, and the newer ones, which replace what is older, end it.
    private Optional<Found<V>> open(byte[] bytes) {
        Optional<Payload<V>> payload = Payload.decode(bytes, spec.codec());
        if (payload.isPresent()) {
            meters.encoded(bytes.length - Payload.HEADER);
            return payload.map(this::hit);
        }
        unreadable();
        return Payload.isNewer(bytes, spec.codec()) ? Optional.of(new Found.Newer<>()) : Optional.empty();
    }

    /// A value is ageing in the last fifth of its lifetime, each time from a point drawn anew, so that not all who read
    /// it at that moment set out to renew it.
    private Found<V> hit(Payload<V> payload) {
        long leftMs = Math.max(0, payload.expiresAtMs() - clock.millis());
        boolean ageing = payload.value() != null && leftMs < ageingMs && leftMs < random.nextLong(ageingMs + 1);
        return new Found.Hit<>(payload.value(), leftMs / 1_000, ageing);
    }

    @Override
    public Uni<KeyReport.Held> describe(String text) {
        return store.look(text).map(bytes -> {
            if (bytes == null) {
                return KeyReport.Held.NOTHING;
            }
            return Payload.decode(bytes.getBytes(), spec.codec())
                    .map(this::held)
                    .orElse(KeyReport.Held.NOTHING);
        });
    }

    private KeyReport.Held held(Payload<V> payload) {
        boolean negative = payload.value() == null;
        long now = clock.millis();
        long leftMs = payload.expiresAtMs() - now;
        return new KeyReport.Held(
                true,
                negative,
                Math.max(0, now - payload.writtenAtMs()), // the writer's clock may be ahead of this one
                negative ? leftMs : leftMs - ageingMs,
                leftMs,
                spec.versionOf(payload.value()),
                spec.codec().schema());
    }

    private void unreadable() {
        meters.unreadable();
        complaints.unreadable();
    }

    @Override
    public Uni<Map<K, Written>> write(Map<K, String> tokens, Map<K, @Nullable V> values) {
        Map<String, K> byText = new HashMap<>();
        Map<String, Content> contents = new HashMap<>();
        values.forEach((key, value) -> {
            String text = spec.keyText().apply(key);
            byText.put(text, key);
            contents.put(text, content(value));
        });
        return store.fill(byText(tokens), contents).map(fillings -> {
            Map<K, Written> written = new HashMap<>();
            fillings.forEach((text, filling) -> {
                K key = byText.get(text);
                if (key != null) {
                    written.put(key, written(filling, isStorable(contents.get(text))));
                }
            });
            return written;
        });
    }

    private Written written(Filling filling, boolean storable) {
        return switch (filling) {
            case STORED -> storable ? Written.STORED : Written.LEFT_OUT;
            case REJECTED -> {
                meters.rejected();
                yield Written.REJECTED;
            }
            case UNKNOWN -> {
                meters.unanswered();
                yield Written.LEFT_OUT;
            }
        };
    }

    @Override
    public Uni<Void> release(Map<K, String> tokens) {
        Map<String, String> granted = byText(tokens);
        Map<String, Content> nothing = new HashMap<>();
        granted.keySet().forEach(text -> nothing.put(text, Content.NONE));
        return store.fill(granted, nothing).replaceWithVoid();
    }

    @Override
    public Uni<Set<String>> delete(Collection<String> texts) {
        return store.invalidate(texts);
    }

    @Override
    public Uni<Boolean> clear() {
        return store.clear();
    }

    private static boolean isStorable(@Nullable Content content) {
        return content != null && content.ttlMs() > 0;
    }

    /// What is stored of a value: nothing where it does not fit or cannot be encoded.
    private Content content(@Nullable V value) {
        long ttlMs = (value == null ? negativeLifetime : lifetime).nextNanos() / 1_000_000;
        byte[] bytes;
        try {
            long now = clock.millis();
            bytes = new Payload<>(value, now, now + ttlMs).encode(spec.codec());
        } catch (RuntimeException e) {
            complaints.unencodable(e);
            return Content.NONE;
        }
        int body = bytes.length - Payload.HEADER;
        meters.encoded(body);
        if (body > maxValueBytes) {
            meters.oversized();
            return Content.NONE;
        }
        return new Content(Buffer.buffer(bytes), ttlMs);
    }

    private Map<String, String> byText(Map<K, String> tokens) {
        Map<String, String> byText = new HashMap<>();
        tokens.forEach((key, token) -> byText.put(spec.keyText().apply(key), token));
        return byText;
    }
}

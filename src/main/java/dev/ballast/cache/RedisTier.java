package dev.ballast.cache;

import dev.ballast.cache.CacheRead.Tier;
import dev.ballast.cache.CacheSettings.Tuning;
import dev.ballast.redis.RedisCommands;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The shared tier in Redis. Keys are handled bucket by bucket, since only keys of one bucket are sure to share a
/// node; the buckets of one call go out together, pipelined.
final class RedisTier<K, V> implements RemoteTier<K, V> {
    private static final int SCAN_COUNT = 1_000;

    private final RedisCommands redis;
    private final CacheSpec<K, V> spec;
    private final KeySpace keys;
    private final CacheMeters meters;
    private final InstantSource clock;
    private final Complaints complaints;
    private final Lifetime lifetime;
    private final Lifetime negativeLifetime;
    private final Duration timeout;
    private final int maxValueBytes;

    RedisTier(
            RedisCommands redis,
            CacheSpec<K, V> spec,
            Tuning tuning,
            CacheMeters meters,
            InstantSource clock,
            RandomGenerator random) {
        this.redis = redis;
        this.spec = spec;
        this.keys = new KeySpace(spec.name());
        this.meters = meters;
        this.clock = clock;
        this.complaints = new Complaints(spec.name(), clock);
        this.lifetime = new Lifetime(tuning.l2Ttl(), random);
        this.negativeLifetime = new Lifetime(tuning.negativeTtl(), random);
        this.timeout = tuning.l2Timeout();
        this.maxValueBytes = tuning.l2MaxValueBytes();
    }

    @Override
    public Uni<Map<K, Found<V>>> read(Collection<K> wanted) {
        List<Uni<Map<K, Found<V>>>> parts = new ArrayList<>();
        for (List<K> bucket : byBucket(wanted)) {
            parts.add(readBucket(bucket));
        }
        return Uni.join().all(parts).andFailFast().map(found -> {
            Map<K, Found<V>> all = new HashMap<>();
            found.forEach(all::putAll);
            return all;
        });
    }

    @Override
    public Uni<Set<K>> write(Map<K, @Nullable V> values) {
        List<Uni<Set<K>>> parts = new ArrayList<>();
        for (List<K> bucket : byBucket(values.keySet())) {
            parts.add(writeBucket(bucket, values));
        }
        return Uni.join().all(parts).andFailFast().map(stored -> {
            Set<K> all = new HashSet<>();
            stored.forEach(all::addAll);
            return all;
        });
    }

    @Override
    public Uni<Boolean> delete(K key) {
        return redis.send(Request.cmd(Command.DEL).arg(key(key)), timeout)
                .replaceWith(true)
                .onFailure()
                .recoverWithItem(false);
    }

    @Override
    public Uni<Boolean> clear() {
        Uni<Boolean> cleared = clearFrom("0").replaceWith(true).onFailure().recoverWithItem(false);
        // The scan reaches one master only, so on a cluster nothing can be promised.
        return redis.isCluster() ? cleared.replaceWith(false) : cleared;
    }

    /// Deletes what one step of a scan found, then the rest.
    private Uni<Void> clearFrom(String cursor) {
        Request scan = Request.cmd(Command.SCAN)
                .arg(cursor)
                .arg("MATCH")
                .arg(keys.pattern())
                .arg("COUNT")
                .arg(SCAN_COUNT);
        return redis.send(scan, timeout).chain(answer -> {
            Response reply = Objects.requireNonNull(answer, "SCAN never answers nil");
            String next = reply.get(0).toString();
            List<Request> deletions = new ArrayList<>();
            reply.get(1)
                    .forEach(key -> deletions.add(Request.cmd(Command.UNLINK).arg(key.toBuffer())));
            Uni<Void> deleted = redis.batch(deletions, timeout).replaceWithVoid();
            return "0".equals(next) ? deleted : deleted.chain(() -> clearFrom(next));
        });
    }

    private Uni<Map<K, Found<V>>> readBucket(List<K> bucket) {
        Request command = Request.cmd(bucket.size() == 1 ? Command.GET : Command.MGET);
        bucket.forEach(key -> command.arg(key(key)));
        return redis.send(command, timeout)
                .map(reply -> found(bucket, reply))
                .onFailure()
                .recoverWithItem(() -> unknown(bucket));
    }

    private Map<K, Found<V>> found(List<K> bucket, @Nullable Response reply) {
        Map<K, Found<V>> found = new HashMap<>();
        for (int i = 0; i < bucket.size(); i++) {
            Response entry = bucket.size() == 1 || reply == null ? reply : reply.get(i);
            found.put(bucket.get(i), entry == null ? new Found.Miss<>() : open(entry.toBytes()));
        }
        return found;
    }

    private Found<V> open(byte[] bytes) {
        return Payload.decode(bytes, spec.codec())
                .<Found<V>>map(payload ->
                        new Found.Hit<>(payload.value(), Math.max(0, payload.expiresAtMs() - clock.millis()) / 1_000))
                .orElseGet(() -> {
                    meters.unreadable();
                    complaints.unreadable();
                    return new Found.Miss<>();
                });
    }

    private Map<K, Found<V>> unknown(List<K> bucket) {
        Map<K, Found<V>> unknown = new HashMap<>();
        bucket.forEach(key -> unknown.put(key, new Found.Unknown<>()));
        return unknown;
    }

    private Uni<Set<K>> writeBucket(List<K> bucket, Map<K, @Nullable V> values) {
        List<Request> commands = new ArrayList<>();
        Set<K> sent = new HashSet<>();
        for (K key : bucket) {
            storing(key, values.get(key)).ifPresent(command -> {
                commands.add(command);
                sent.add(key);
            });
        }
        return redis.batch(commands, timeout).replaceWith(sent).onFailure().recoverWithItem(() -> {
            meters.failed(Tier.L2, sent.size());
            return Set.of();
        });
    }

    /// The command that stores a value; none where it does not fit or cannot be encoded.
    private Optional<Request> storing(K key, @Nullable V value) {
        long ttlMs = (value == null ? negativeLifetime : lifetime).nextNanos() / 1_000_000;
        byte[] bytes;
        try {
            bytes = new Payload<>(value, clock.millis() + ttlMs).encode(spec.codec());
        } catch (RuntimeException e) {
            complaints.unencodable(e);
            return Optional.empty();
        }
        if (bytes.length - Payload.HEADER > maxValueBytes) {
            meters.oversized();
            return Optional.empty();
        }
        return Optional.of(
                Request.cmd(Command.SET).arg(key(key)).arg(bytes).arg("PX").arg(ttlMs));
    }

    private Collection<List<K>> byBucket(Collection<K> wanted) {
        if (wanted.size() == 1) {
            return List.of(List.copyOf(wanted));
        }
        Map<Integer, List<K>> buckets = new HashMap<>();
        for (K key : wanted) {
            buckets.computeIfAbsent(KeySpace.bucket(spec.keyText().apply(key)), _ -> new ArrayList<>())
                    .add(key);
        }
        return buckets.values();
    }

    private String key(K key) {
        return keys.key(spec.keyText().apply(key));
    }
}

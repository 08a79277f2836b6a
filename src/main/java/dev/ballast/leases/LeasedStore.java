package dev.ballast.leases;

import dev.ballast.redis.RedisCommands;
import dev.ballast.redis.RedisScript;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The byte strings of one cache in Redis. None of its answers fails: what goes wrong is part of the answer.
///
/// Keys are handled bucket by bucket, each bucket in one script, as only keys of one bucket are sure to share a node;
/// the buckets of one call go out together, pipelined. Safe for use from every thread.
///
/// The argument: a fill is taken only under a lease that was granted to this caller and is still there. An
/// invalidation deletes the lease with the value. So a fill that is taken after an invalidation holds a lease granted
/// after it, and its load began after the grant.
public final class LeasedStore {
    private static final RedisScript GET_OR_LEASE = RedisScript.named("get-or-lease", "run-id");
    private static final RedisScript FILL = RedisScript.named("fill");
    private static final RedisScript LOOK = RedisScript.named("look", "run-id");

    private final RedisCommands redis;
    private final KeySpace keys;
    private final Duration timeout;
    private final Duration patience;
    private final Buffer leaseMs;
    private final Supplier<String> tokens;

    /// @param timeout of each script
    /// @param patience of each deletion, for which there is no other way
    /// @param leaseFor how long a lease lasts that is neither used nor released; longer than any load
    /// @param tokens unique strings without end, over all pods
    public LeasedStore(
            RedisCommands redis,
            String cache,
            Duration timeout,
            Duration patience,
            Duration leaseFor,
            Supplier<String> tokens) {
        this.redis = redis;
        this.keys = new KeySpace(cache);
        this.timeout = timeout;
        this.patience = patience;
        this.leaseMs = text(Long.toString(leaseFor.toMillis()));
        this.tokens = tokens;
    }

    /// Which script a key goes with: who brings many keys and brings those of one bucket together needs few scripts.
    public static int bucket(String key) {
        return KeySpace.bucket(key);
    }

    /// A value to be stored.
    ///
    /// @param ttlMs how long to keep it; 0 only gives the lease back
    public record Content(Buffer bytes, long ttlMs) {
        /// Stores nothing and lets the next one try.
        public static final Content NONE = new Content(Buffer.buffer(), 0);
    }

    /// For each key its value, or the lease to fill it, or the news that somebody else has it.
    ///
    /// @param refresh whether to ask for the lease although there may be a value
    public Uni<Map<String, Answer>> getOrLease(Collection<String> wanted, boolean refresh) {
        return perBucket(wanted, bucket -> getOrLease(bucket, text(refresh ? "1" : "0")));
    }

    private Uni<Map<String, Answer>> getOrLease(List<String> bucket, Buffer refresh) {
        String token = tokens.get();
        return redis.runWithRunId(GET_OR_LEASE, names(bucket), List.of(text(token), leaseMs, refresh), timeout)
                .map(reply -> zip(bucket, reply, entry -> answer(entry, token)))
                .onFailure()
                .recoverWithItem(() -> all(bucket, new Answer.Away()));
    }

    private static Answer answer(Response entry, String token) {
        if (entry.size() == 1) {
            return new Answer.Value(entry.get(0).toBuffer());
        }
        return switch (entry.get(0).toString()) {
            case "0" -> new Answer.Busy();
            case "1" -> new Answer.Granted(token, false);
            default -> new Answer.Granted(token, true);
        };
    }

    /// What lies there, without asking for a lease: for people to look at. Null where nothing is that a read would
    /// take for a value.
    public Uni<@Nullable Buffer> look(String key) {
        List<String> names = List.of(keys.stamp(KeySpace.bucket(key)), keys.value(key));
        return redis.runWithRunId(LOOK, names, List.of(), timeout).map(LeasedStore::bytes);
    }

    private static @Nullable Buffer bytes(@Nullable Response found) {
        return found == null ? null : found.toBuffer();
    }

    /// Stores contents under the leases that were granted for them.
    ///
    /// @param granted the token of each key
    public Uni<Map<String, Filling>> fill(Map<String, String> granted, Map<String, Content> contents) {
        return perBucket(contents.keySet(), bucket -> fillBucket(bucket, granted, contents));
    }

    private Uni<Map<String, Filling>> fillBucket(
            List<String> bucket, Map<String, String> granted, Map<String, Content> contents) {
        List<Buffer> arguments = new ArrayList<>();
        for (String key : bucket) {
            Content content = Objects.requireNonNull(contents.get(key));
            arguments.add(text(granted.getOrDefault(key, "")));
            arguments.add(text(Long.toString(content.ttlMs())));
            arguments.add(content.bytes());
        }
        return redis.runWithRunId(FILL, names(bucket), arguments, timeout)
                .map(reply ->
                        zip(bucket, reply, taken -> taken.toString().equals("1") ? Filling.STORED : Filling.REJECTED))
                .onFailure()
                .recoverWithItem(() -> all(bucket, Filling.UNKNOWN));
    }

    /// Whether a key may have this text; nothing is held under any other.
    public static boolean canHold(String key) {
        return KeySpace.hasRoomFor(key);
    }

    /// Deletes values and leases. Which of them are gone for certain: one node that is away keeps its own only.
    public Uni<Set<String>> invalidate(Collection<String> gone) {
        return perBucket(gone, bucket -> {
                    Request delete = Request.cmd(Command.DEL);
                    // One command, so that no fill comes between the value and the lease.
                    bucket.forEach(key -> delete.arg(keys.value(key)).arg(keys.lease(key)));
                    return redis.send(delete, patience)
                            .map(_ -> all(bucket, true))
                            .onFailure()
                            .recoverWithItem(() -> all(bucket, false));
                })
                .map(outcomes ->
                        outcomes.keySet().stream().filter(outcomes::get).collect(Collectors.toUnmodifiableSet()));
    }

    /// Makes all values and leases worthless, on every node; whether that is certain. Each bucket gets another stamp,
    /// which costs 64 small commands however much is stored, where scanning the servers would cost as much as they
    /// hold and miss what is filled behind the scan's back. What is left behind goes with its TTL.
    public Uni<Boolean> clear() {
        List<Uni<Boolean>> deletions = IntStream.range(0, KeySpace.BUCKETS)
                .mapToObj(bucket -> redis.send(Request.cmd(Command.DEL).arg(keys.stamp(bucket)), patience)
                        .replaceWith(true)
                        .onFailure()
                        .recoverWithItem(false))
                .toList();
        return Uni.join().all(deletions).andFailFast().map(gone -> !gone.contains(false));
    }

    /// The stamp, then value and lease of each key.
    private List<String> names(List<String> bucket) {
        List<String> names = new ArrayList<>(1 + 2 * bucket.size());
        names.add(keys.stamp(KeySpace.bucket(bucket.getFirst())));
        for (String key : bucket) {
            names.add(keys.value(key));
            names.add(keys.lease(key));
        }
        return names;
    }

    private static <T> Uni<Map<String, T>> perBucket(
            Collection<String> wanted, Function<List<String>, Uni<Map<String, T>>> step) {
        if (wanted.size() == 1) {
            return step.apply(List.copyOf(wanted));
        }
        Map<Integer, List<String>> buckets = new HashMap<>();
        wanted.forEach(key -> buckets.computeIfAbsent(KeySpace.bucket(key), _ -> new ArrayList<>())
                .add(key));
        if (buckets.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        List<Uni<Map<String, T>>> parts = buckets.values().stream().map(step).toList();
        return Uni.join().all(parts).andFailFast().map(found -> {
            Map<String, T> merged = new HashMap<>();
            found.forEach(merged::putAll);
            return merged;
        });
    }

    private static <T> Map<String, T> zip(List<String> bucket, @Nullable Response reply, Function<Response, T> read) {
        Response entries = Objects.requireNonNull(reply, "the scripts never answer nil");
        Map<String, T> zipped = HashMap.newHashMap(bucket.size());
        for (int i = 0; i < bucket.size(); i++) {
            zipped.put(bucket.get(i), read.apply(entries.get(i)));
        }
        return zipped;
    }

    private static <T> Map<String, T> all(List<String> bucket, T answer) {
        Map<String, T> same = HashMap.newHashMap(bucket.size());
        bucket.forEach(key -> same.put(key, answer));
        return same;
    }

    private static Buffer text(String text) {
        return Buffer.buffer(text);
    }
}

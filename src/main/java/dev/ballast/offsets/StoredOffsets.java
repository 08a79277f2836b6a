package dev.ballast.offsets;

import dev.ballast.redis.RedisCommands;
import dev.ballast.redis.RedisScript;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The offsets of consumer groups in Redis, at `ballast:offset:{<group>:<topic>:<partition>}`, without a TTL.
/// Each call fails with a [dev.ballast.redis.RedisFailure] where Redis does not answer in time; what is lost by it
/// is a later repetition of records that are finished, which their handlers absorb.
@ApplicationScoped
public class StoredOffsets {
    private static final RedisScript CLAIM = RedisScript.named("offset-claim");
    private static final RedisScript ADVANCE = RedisScript.named("offset-advance");
    private static final Duration DEADLINE = Duration.ofMillis(500);
    private static final long OUTDATED = -2;

    private final RedisCommands redis;

    @Inject
    StoredOffsets(RedisCommands redis) {
        this.redis = redis;
    }

    /// A partition as one consumer group reads it.
    ///
    /// @param topicId tells a topic from an earlier one of the same name
    public record Place(String group, String topic, String topicId, int partition) {
        private List<String> keys() {
            return List.of("ballast:offset:{" + group + ":" + topic + ":" + partition + "}");
        }
    }

    /// What a claim found.
    public sealed interface Claim {
        /// The lowest unfinished offset; -1 where none is stored.
        record Owned(long offset) implements Claim {}

        /// A newer generation has the partition, or had it before the group was forgotten by the broker.
        record Outdated() implements Claim {}
    }

    /// Takes a partition over for a generation of the group.
    ///
    /// @param force whether to do so even where a newer one is stored: only after the broker has confirmed the
    /// caller's
    public Uni<Claim> claim(Place place, int generation, boolean force) {
        return claim(place, generation, force, "");
    }

    /// Takes a partition over and begins at this offset, whatever was stored.
    public Uni<Claim> rewind(Place place, int generation, long offset) {
        return claim(place, generation, true, Long.toString(offset));
    }

    private Uni<Claim> claim(Place place, int generation, boolean force, String offset) {
        List<String> arguments = List.of(place.topicId(), Integer.toString(generation), force ? "1" : "0", offset);
        return redis.run(CLAIM, place.keys(), arguments, DEADLINE)
                .map(StoredOffsets::number)
                .map(found -> found == OUTDATED ? new Claim.Outdated() : new Claim.Owned(found));
    }

    /// Moves the offset forward; whether it was taken, which it is not from an owner that lost the partition.
    ///
    /// @param lowers whether it may go down: what is stored may be beyond the first record that is not finished
    public Uni<Boolean> advance(Place place, int generation, long offset, boolean lowers) {
        List<String> arguments =
                List.of(place.topicId(), Integer.toString(generation), Long.toString(offset), lowers ? "1" : "0");
        return redis.run(ADVANCE, place.keys(), arguments, DEADLINE).map(reply -> number(reply) == 1);
    }

    private static long number(@Nullable Response reply) {
        return Long.parseLong(
                Objects.requireNonNull(reply, "the scripts never answer nil").toString());
    }
}

package dev.ballast.cache;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What one cache of this pod holds and has done since its start.
///
/// @param entries in memory; each counts one towards `maxEntries`, whatever its size
/// @param weight bytes that the entries in memory take when encoded; an estimate: their number times the mean size of
///     all values this pod has sent to Redis or had from it. As objects they take more. Null before the first value
/// @param loads one for all keys it was for
/// @param rejectedFills loaded values that an invalidation overtook, and that entered no tier
/// @param coherenceLagMs time since the invalidation log was last confirmed; beyond D, memory does not answer
/// @param breakers which tiers are not asked at the moment, but for a probe
/// @param last1Min the part each tier answered of the reads of that time; null where there were none
@RegisterForReflection
public record CacheReport(
        @Schema(examples = "users") String cache,

        @Schema(examples = "812", description = "in memory; each counts one towards maxEntries")
        long entries,

        @Schema(examples = "1000") long maxEntries,

        @Schema(examples = "109620", description = """
                bytes the entries in memory take when encoded: their number times the mean size of all values this \
                pod has sent to Redis or had from it; null before the first""") @Nullable
        Long weight,

        Reads reads,
        long loads,
        double meanLoadMs,
        long rejectedFills,
        long coalesced,
        long coherenceLagMs,
        Breakers breakers,
        @Nullable Ratios last1Min,
        @Nullable Ratios last5Min,
        @Nullable Ratios last15Min) {

    /// Keys each tier had an answer to, or not.
    @RegisterForReflection
    public record Reads(long l1Hits, long l1Misses, long l2Hits, long l2Misses, long l2Failures) {
        /// What came after `earlier`.
        public Reads minus(Reads earlier) {
            return new Reads(
                    l1Hits - earlier.l1Hits,
                    l1Misses - earlier.l1Misses,
                    l2Hits - earlier.l2Hits,
                    l2Misses - earlier.l2Misses,
                    l2Failures - earlier.l2Failures);
        }

        /// The part each tier answered, of all reads; null where there were none.
        public @Nullable Ratios ratios() {
            double all = l1Hits + (double) l1Misses;
            return all <= 0 ? null : new Ratios(l1Hits / all, l2Hits / all, (l2Misses + l2Failures) / all);
        }
    }

    /// Of all reads, from 0 to 1. What is missing to 1 joined a load that was on its way.
    @RegisterForReflection
    public record Ratios(double l1, double l2, double origin) {}

    @RegisterForReflection
    public record Breakers(boolean l2Open, boolean originOpen) {}

    /// The same with ratios over three windows.
    public CacheReport withRatios(@Nullable Ratios minute, @Nullable Ratios five, @Nullable Ratios fifteen) {
        return new CacheReport(
                cache,
                entries,
                maxEntries,
                weight,
                reads,
                loads,
                meanLoadMs,
                rejectedFills,
                coalesced,
                coherenceLagMs,
                breakers,
                minute,
                five,
                fifteen);
    }
}

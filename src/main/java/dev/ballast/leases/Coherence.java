package dev.ballast.leases;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Whether memory may answer. An invalidation that was acknowledged more than D ago must not be overlooked, so what
/// is held may be served
///
/// - while this pod is sure to have applied all that was acknowledged up to a moment at most D ago (the read lease,
///   which the invalidation log confirms), as what is applied is gone from memory, or
/// - while it was read, from the primary database or from Redis, by a request *sent* at most D ago, as that read
///   follows every acknowledgment before it.
///
/// The second is what keeps reads together while Redis is away.
///
/// Who judges reads the lease first, then fetches what is held, and then the time: the log is confirmed after what it
/// names is forgotten, so what is still held then was not named in anything acknowledged before that confirmation. The
/// other way round, a thread could fetch an entry, sleep while the log comes back and forgets it, and find the lease
/// fresh. Plain arithmetic; all times are of one monotonic clock.
public final class Coherence {
    private final LongSupplier confirmedAt;
    private final long staleness;

    /// @param confirmedAt when the newest log read was sent that everything is applied of
    /// @param staleness D
    public Coherence(LongSupplier confirmedAt, Duration staleness) {
        this.confirmedAt = confirmedAt;
        this.staleness = staleness.toNanos();
    }

    /// The read lease: up to when all that was acknowledged is applied. To be read before what is held.
    public long confirmedAt() {
        return confirmedAt.getAsLong();
    }

    /// Whether what was read by a request sent at `readAt` may be served, or joined, at `now`.
    ///
    /// @param confirmedAt the lease, from before what is judged was fetched
    public boolean holds(long confirmedAt, long now, long readAt) {
        return now - confirmedAt <= staleness || now - readAt <= staleness;
    }

    /// How long before `now` the log was last confirmed.
    public long lag(long now) {
        return now - confirmedAt.getAsLong();
    }
}

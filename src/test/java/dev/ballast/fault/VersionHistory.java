package dev.ballast.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which versions of which keys were acknowledged when, and so how old an answer may be: contract 1 of the cache.
///
/// If an invalidation is acknowledged at T, a read that starts after T + D returns that version or a newer one. Times
/// are those at which the one JVM of the test had the answers in hand, which is never before T: so the history
/// forgives a little, and what it finds is real. A deferred invalidation binds nobody until its delivery is seen, and
/// then counts as acknowledged. Not safe for use by several threads.
final class VersionHistory {
    private final long staleness;
    private final Map<Long, List<Acknowledged>> acknowledged = new HashMap<>();

    private record Acknowledged(long version, long at) {}

    /// What may be said of an answer.
    sealed interface Judgement {
        /// Allowed.
        ///
        /// @param floor the oldest version allowed; 0 where nothing was acknowledged early enough
        record Allowed(long floor) implements Judgement {}

        /// Older than allowed.
        ///
        /// @param overdue how long before the read's start the limit had passed
        record Stale(long key, long version, long floor, Duration overdue) implements Judgement {}
    }

    VersionHistory(Duration staleness) {
        this.staleness = staleness.toNanos();
    }

    /// Takes note of an acknowledgement; calls come in the order of their times.
    void acknowledged(long key, long version, long at) {
        List<Acknowledged> past = acknowledged.computeIfAbsent(key, _ -> new ArrayList<>());
        // Answers of two writers may cross: the newer version stays the limit.
        if (past.isEmpty() || past.getLast().version < version) {
            past.add(new Acknowledged(version, at));
        }
    }

    /// @param version what the answer showed; 0 for "there is none"
    /// @param start when the read was sent
    Judgement judge(long key, long version, long start) {
        List<Acknowledged> past = acknowledged.getOrDefault(key, List.of());
        for (int i = past.size() - 1; i >= 0; i--) {
            Acknowledged limit = past.get(i);
            long overdue = start - (limit.at + staleness);
            if (overdue > 0) {
                return version >= limit.version
                        ? new Judgement.Allowed(limit.version)
                        : new Judgement.Stale(
                                key, version, limit.version, Duration.ofNanos(overdueSince(past, version, start)));
            }
        }
        return new Judgement.Allowed(0);
    }

    /// How long ago the first version newer than this one became the limit.
    private long overdueSince(List<Acknowledged> past, long version, long start) {
        return past.stream()
                .filter(each -> each.version > version)
                .findFirst()
                .map(each -> start - each.at - staleness)
                .orElseThrow();
    }
}

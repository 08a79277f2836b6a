package dev.ballast.redis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far a pod has applied the invalidation log, and since when it is sure to have applied everything.
///
/// The lease: a read of the head that was sent at time t names a number that covers every entry acknowledged before
/// t. Once all entries up to it are applied, what is in memory was not invalidated before t. A failure of any kind
/// does not confirm anything, so it only lets the lease age.
///
/// Plain decisions without I/O, confined to the reader's event loop, but for [#confirmedAt].
final class LogPosition {
    private final LogFollower follower;
    private @Nullable String identity;
    private long applied;
    private long head;
    private long headSentAt;
    private volatile long confirmedAt;
    private long losses;

    /// An entry as it lies in the stream.
    ///
    /// @param keys those to forget; empty for the whole channel
    record Entry(long number, String channel, List<String> keys) {}

    /// @param never a time that no lease reaches back to
    LogPosition(LogFollower follower, long never) {
        this.follower = follower;
        this.confirmedAt = never;
    }

    /// The number after which to go on reading; -1 while no head was seen.
    long applied() {
        return identity == null ? -1 : applied;
    }

    /// What a head read, sent at `sentAt`, has answered. Whether entries read together with it continue what was
    /// applied, and may be applied too.
    boolean head(String seen, long number, long sentAt) {
        boolean continues = seen.equals(identity) && number >= applied;
        if (!continues) {
            restart(seen, number);
        }
        head = number;
        headSentAt = sentAt;
        confirm();
        return continues;
    }

    /// Entries read after the head, in order. `all` says that the answer was not cut short by its limit.
    void entries(List<Entry> entries, boolean all) {
        for (Entry entry : entries) {
            if (entry.number() <= applied) {
                continue;
            }
            if (entry.number() != applied + 1) {
                lose(Math.max(entries.getLast().number(), head));
                break;
            }
            follower.forget(entry.channel(), entry.keys());
            applied = entry.number();
        }
        if (all && applied < head) {
            lose(head);
        }
        confirm();
    }

    /// When the newest read was sent that everything was applied of; by the reader's monotonic clock. Safe for use
    /// from every thread.
    long confirmedAt() {
        return confirmedAt;
    }

    /// How often entries were lost, or may have been.
    long losses() {
        return losses;
    }

    /// The identity is taken over last: should memory refuse to be emptied, the next head is no continuation either.
    private void restart(String seen, long number) {
        lose(number);
        identity = seen;
    }

    /// Memory is emptied before the number is taken over, so that nothing is confirmed in between.
    private void lose(long number) {
        losses++;
        follower.forgetEverything();
        applied = number;
    }

    private void confirm() {
        if (applied >= head) {
            confirmedAt = headSentAt;
        }
    }
}

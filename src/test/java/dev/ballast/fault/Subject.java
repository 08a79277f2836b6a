package dev.ballast.fault;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The pods under check: real ones over HTTP, or a double. Answers arrive as tasks of the check's [Timeline], each
/// once.
interface Subject {
    int pods();

    /// Raises the key's version by one.
    void write(int pod, long key, Consumer<Written> answer);

    /// Reads one key, or several in bulk.
    void read(int pod, List<Long> keys, Consumer<Seen> answer);

    /// Warms keys up; `true` where there is such a call.
    void warmUp(int pod, List<Long> keys, Consumer<Boolean> done);

    /// What became of a write.
    sealed interface Written {
        record Acknowledged(long version) implements Written {}

        record Deferred(long version) implements Written {}

        /// It may be done or not; nothing is promised.
        record Unknown(String why) implements Written {}
    }

    /// What a read showed.
    sealed interface Seen {
        /// One version per key asked for; 0 where there is no such user.
        ///
        /// @param tier that answered, as the pod says; empty where it does not, as for several keys
        record Versions(Map<Long, Long> byKey, String tier) implements Seen {}

        /// No answer to judge.
        record Nothing(String why) implements Seen {}
    }
}

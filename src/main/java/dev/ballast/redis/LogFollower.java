package dev.ballast.redis;

import java.util.List;

/// Whoever keeps in memory what others may invalidate. Called on the log reader's event loop, entry after entry.
public interface LogFollower {
    /// Forgets these keys of a channel; an empty list stands for all of them.
    void forget(String channel, List<String> keys);

    /// Forgets everything: entries of the log were lost, so it is not known what was invalidated.
    void forgetEverything();
}

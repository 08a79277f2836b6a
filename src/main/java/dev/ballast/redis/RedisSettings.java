package dev.ballast.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The room's settings; address, credentials, TLS, cluster and sentinel are those of `quarkus.redis`.
@ConfigMapping(prefix = "ballast.redis")
interface RedisSettings {
    /// How long a command may take where its caller says nothing. Milliseconds are usual; a quarter of a second is
    /// beyond any healthy answer and short enough for a request that waits.
    @WithDefault("PT0.25S")
    Duration commandTimeout();

    /// How long opening a connection may take, the greeting included. A second, as a stopped server accepts
    /// connections and never greets.
    @WithDefault("PT1S")
    Duration connectTimeout();

    /// The longest wait between two attempts to connect. A second, so that Redis' return is noticed soon.
    @WithDefault("PT1S")
    Duration reconnectLimit();

    /// How long a connection may owe answers without giving one before it is given up. A second: longer than any
    /// command here takes, and the cable that was pulled tells nothing by itself.
    @WithDefault("PT1S")
    Duration silenceLimit();

    /// Commands that may wait for their answers on one connection; more are refused at once. 16,384 is a second's
    /// work at the rates measured, and bounds what a stalled Redis can hold in memory.
    @WithDefault("16384")
    int maxOutstanding();

    /// Connections at most; there is one per event loop up to this number, beyond which event loops share. 16 keeps
    /// hundreds of pods below the 10,000 clients Redis accepts.
    @WithDefault("16")
    int maxConnections();

    /// Entries the invalidation log keeps. A pod that falls further behind forgets all it holds in memory; 10,000 are
    /// ten seconds of a thousand changes a second, in about a megabyte.
    @WithDefault("10000")
    int logLength();
}

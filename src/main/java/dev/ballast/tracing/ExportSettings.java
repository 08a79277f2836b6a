package dev.ballast.tracing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/// Where spans go. How many wait and how many go at once is `quarkus.otel.bsp`.
@ConfigMapping(prefix = "ballast.tracing.export")
interface ExportSettings {
    /// The collector, `http://host:port` or `https://…`. Without one no span is kept for export.
    Optional<URI> endpoint();

    /// The same for traces alone: it goes before the other one, and its path is taken as it is.
    Optional<URI> tracesEndpoint();

    /// `grpc` or `http/protobuf`, which adds `/v1/traces` to the endpoint's path.
    @WithDefault("grpc")
    String protocol();

    /// Sent with each export, `name=value,…` with percent-encoded values, as the standard has it: tokens, mostly.
    Optional<String> headers();

    /// How long a collector may be silent, in milliseconds. 10,000 is the standard's; whole seconds count.
    @WithDefault("10000")
    int timeoutMs();
}

package dev.ballast.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// How this pod was at a moment, and at which rates since the sample before.
@RegisterForReflection
record Sample(
        Instant at,

        @Schema(
                description = "by series; null where there is nothing to tell, as the latency without requests",
                examples = "{\"requests\":120.3,\"p99Ms\":23.1,\"level.users\":0}")
        @JsonInclude(content = JsonInclude.Include.ALWAYS)
        Map<String, @Nullable Double> values) {}

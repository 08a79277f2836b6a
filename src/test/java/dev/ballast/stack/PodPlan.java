package dev.ballast.stack;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/// How a pod is to be started; what the control endpoint's `POST /pods` takes.
///
/// @param port 0 for a free one
/// @param properties system properties, over those of the local profile
/// @param environment variables, over the stack's addresses
/// @param jvm more flags for its JVM
record PodPlan(
        String name,
        int port,
        @JsonProperty("native") boolean isNative,
        Map<String, String> properties,
        Map<String, String> environment,
        List<String> jvm) {
    PodPlan {
        properties = properties == null ? Map.of() : Map.copyOf(properties);
        environment = environment == null ? Map.of() : Map.copyOf(environment);
        jvm = jvm == null ? List.of() : List.copyOf(jvm);
    }

    PodPlan at(int newPort) {
        return new PodPlan(name, newPort, isNative, properties, environment, jvm);
    }
}

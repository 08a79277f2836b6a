package dev.ballast.live;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Samples as columns.
@RegisterForReflection
record History(
        @Schema(examples = "ballast-7c9f5d-x2v4q") String pod,
        Instant startedAt,
        @Schema(examples = "3000") long everyMs,
        @Schema(examples = "900000") long keptMs,

        @Schema(description = "when each sample was taken, oldest first")
        List<Instant> at,

        @Schema(
                description = "per second, but for latencies in ms, lag and deadLetters in records, and levels as 0"
                        + " normal, 1 degraded, 2 minimal; null where there is nothing to tell",
                examples = "{\"requests\":[120.3,118.9],\"p99Ms\":[23.1,null]}")
        Map<String, List<@Nullable Double>> series) {

    static History of(String pod, Instant startedAt, LiveSettings settings, List<Sample> samples) {
        Map<String, List<@Nullable Double>> series = new TreeMap<>();
        for (Sample sample : samples) {
            sample.values().keySet().forEach(name -> series.computeIfAbsent(name, _ -> new ArrayList<>()));
        }
        for (Sample sample : samples) {
            series.forEach((name, column) -> column.add(sample.values().get(name)));
        }
        return new History(
                pod,
                startedAt,
                settings.every().toMillis(),
                settings.keep().toMillis(),
                samples.stream().map(Sample::at).toList(),
                series);
    }
}

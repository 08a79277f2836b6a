package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.opentelemetry.runtime.config.runtime.BatchSpanProcessorConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Export settings that cannot be are refused by name, and no message repeats a token.
class SpanExportTest {
    private static final URI COLLECTOR = URI.create("http://collector:4317");
    private static final Batches USUAL = new Batches(Duration.ofSeconds(5), 2048, 512, Duration.ofSeconds(10));

    private record Settings(
            Optional<URI> endpoint,
            Optional<URI> tracesEndpoint,
            String protocol,
            Optional<String> headers,
            int timeoutMs)
            implements ExportSettings {}

    private record Batches(
            Duration scheduleDelay, Integer maxQueueSize, Integer maxExportBatchSize, Duration exportTimeout)
            implements BatchSpanProcessorConfig {}

    @Test
    void problems_usualSettings_none() {
        assertEquals(List.of(), SpanExport.problems(COLLECTOR, headers("a=b, authorization=Bearer%20x+y,"), USUAL));
    }

    @Test
    void problems_noTime_isNamed() {
        assertNamed(
                "OTEL_BSP_SCHEDULE_DELAY",
                SpanExport.problems(
                        COLLECTOR, headers(""), new Batches(Duration.ZERO, 2048, 512, Duration.ofSeconds(1))));
        assertNamed(
                "OTEL_BSP_EXPORT_TIMEOUT",
                SpanExport.problems(
                        COLLECTOR, headers(""), new Batches(Duration.ofSeconds(1), 2048, 512, Duration.ofNanos(9))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3cret",
                "a=b,s3cret",
                "=s3cret",
                "a b=s3cret",
                "authorization=s3cret%",
                "a=b,c=s3cret%2",
                "a=%zzs3cret"
            })
    void problems_headersThatAreNone_areNamedAndNotShown(String text) {
        List<String> problems = SpanExport.problems(COLLECTOR, headers(text), USUAL);
        assertNamed("OTEL_EXPORTER_OTLP_HEADERS", problems);
        assertFalse(problems.toString().contains("s3cret"), problems.toString());
        assertFalse(text.startsWith("auth") && !problems.toString().contains("authorization"), "which of them");
    }

    @ParameterizedTest
    @CsvSource({"10000,5000,10000", "1000,10000,10000", "30000,10000,30000"})
    void patience_isTheLongerOfBoth(int collector, int batch, int patience) {
        Settings settings = new Settings(Optional.of(COLLECTOR), Optional.empty(), "grpc", Optional.empty(), collector);
        assertEquals(
                Duration.ofMillis(patience),
                SpanExport.patience(settings, new Batches(Duration.ofSeconds(5), 1, 1, Duration.ofMillis(batch))));
    }

    @Test
    void target_ofTracesAlone_isTakenAsItIs() {
        URI own = URI.create("http://collector:4318/team/in");
        Settings both = new Settings(Optional.of(COLLECTOR), Optional.of(own), "http/protobuf", Optional.empty(), 1000);
        assertEquals("/team/in", SpanExport.target(both, own).path());
        assertEquals(
                URI.create("http://collector:4318/"),
                SpanExport.target(both, own).endpoint());
        Settings one = new Settings(Optional.of(own), Optional.empty(), "http/protobuf", Optional.empty(), 1000);
        assertEquals("/v1/traces", SpanExport.target(one, own).path());
        assertEquals(own, SpanExport.target(one, own).endpoint());
    }

    private static void assertNamed(String name, List<String> problems) {
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.getFirst().contains(name), problems.toString());
    }

    private static Settings headers(String text) {
        return new Settings(Optional.of(COLLECTOR), Optional.empty(), "grpc", Optional.of(text), 10_000);
    }
}

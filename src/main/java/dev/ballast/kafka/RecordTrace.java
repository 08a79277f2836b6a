package dev.ballast.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.tracing.Tracing;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/// The trace in a record's headers: one `traceparent` at most, and what belongs to it.
public final class RecordTrace {
    private static final List<String> NAMES = List.of("traceparent", "tracestate", "baggage");

    private RecordTrace() {}

    /// The one that a record names. Anybody may have written it, so that it may name none.
    public static Context of(Headers headers) {
        Map<String, String> found = new HashMap<>();
        for (Header header : headers) {
            String name = header.key().toLowerCase(Locale.ROOT);
            if (header.value() != null && NAMES.contains(name)) {
                found.put(name, new String(header.value(), UTF_8));
            }
        }
        return Tracing.extract(found);
    }

    /// Replaces whatever a record names by the current one.
    static void put(Headers headers) {
        for (Header header : headers.toArray()) {
            if (NAMES.contains(header.key().toLowerCase(Locale.ROOT))) {
                headers.remove(header.key());
            }
        }
        Tracing.inject(new HashMap<>()).forEach((name, text) -> headers.add(name, text.getBytes(UTF_8)));
    }
}

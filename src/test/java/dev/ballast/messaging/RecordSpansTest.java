package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.RecordId;
import dev.ballast.otlp.EndedSpans;
import dev.ballast.tracing.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.smallrye.mutiny.Uni;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/// What a record's span says of its end.
class RecordSpansTest {
    private static final InboundRecord RECORD =
            new InboundRecord(new RecordId("payments", 1, 7), new byte[0], new byte[0], new RecordHeaders(), null);

    private final EndedSpans ended = new EndedSpans();
    private final RecordSpans spans = new RecordSpans(new Tracing(ended.telemetry()), "group");

    @Test
    void process_partitionRevoked_isNoError() {
        Uni<Void> way = spans.process(RECORD, () -> Uni.createFrom().failure(new Interruption.Abandoned()));
        assertThrows(Interruption.Abandoned.class, () -> way.await().indefinitely());
        assertEquals(StatusCode.UNSET, only().getStatus().getStatusCode());
        assertEquals("abandoned", attribute("ballast.outcome"));
    }

    @Test
    void process_fails_isAnError() {
        Uni<Void> way = spans.process(RECORD, () -> Uni.createFrom().failure(new IllegalStateException("a defect")));
        assertThrows(IllegalStateException.class, () -> way.await().indefinitely());
        assertEquals(StatusCode.ERROR, only().getStatus().getStatusCode());
    }

    @Test
    void process_recordDies_isAnErrorOfThatReason() {
        Uni<String> way = spans.process(RECORD, () -> {
            RecordSpans.died(Span.current(), new Outcome.Poison("malformed", "of alice@example.org"));
            return Uni.createFrom().item("buried");
        });
        assertEquals("buried", way.await().indefinitely());
        assertEquals(StatusData.create(StatusCode.ERROR, "malformed"), only().getStatus());
        assertEquals("malformed", attribute("error.type"));
    }

    private SpanData only() {
        assertEquals(1, ended.all().size());
        return ended.all().getFirst();
    }

    private String attribute(String name) {
        return only().getAttributes().get(AttributeKey.stringKey(name));
    }
}

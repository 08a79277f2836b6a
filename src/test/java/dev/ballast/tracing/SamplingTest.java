package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingTest {
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private record Settings(String sampler, double ratio, boolean followCallers) implements SamplingSettings {}

    /// The standard's table: by itself, under a parent that is recorded, and under one that is not.
    @ParameterizedTest
    @CsvSource({
        "always_on,0,true,true,true",
        "always_off,1,false,false,false",
        "traceidratio,1,true,true,true",
        "traceidratio,0,false,false,false",
        "parentbased_always_on,0,true,true,false",
        "parentbased_always_off,1,false,true,false",
        "parentbased_traceidratio,1,true,true,false",
        "parentbased_traceidratio,0,false,true,false",
    })
    void of_standardName_decidesAsTheStandardSays(
            String name, double ratio, boolean alone, boolean underRecorded, boolean underUnrecorded) {
        Sampler sampler = Sampling.of(new Settings(name, ratio, true));
        assertEquals(alone, keeps(sampler, Context.root(), TRACE, SpanKind.SERVER));
        for (boolean remote : List.of(true, false)) {
            assertEquals(underRecorded, keeps(sampler, parent(true, remote), TRACE, SpanKind.SERVER));
            assertEquals(underUnrecorded, keeps(sampler, parent(false, remote), TRACE, SpanKind.SERVER));
        }
    }

    /// Probes and polls would be traces of one call each.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void of_callForNobody_isNotKept(boolean followCallers) {
        for (String name : List.of("always_on", "traceidratio", "parentbased_always_on", "parentbased_traceidratio")) {
            Sampler sampler = Sampling.of(new Settings(name, 1, followCallers));
            assertEquals(false, keeps(sampler, Context.root(), TRACE, SpanKind.CLIENT), name);
            assertEquals(true, keeps(sampler, parent(true, false), TRACE, SpanKind.CLIENT), name);
            for (SpanKind other : List.of(SpanKind.INTERNAL, SpanKind.CONSUMER, SpanKind.PRODUCER, SpanKind.SERVER)) {
                assertEquals(true, keeps(sampler, Context.root(), TRACE, other), name + " " + other);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void edge_strangersFlag_doesNotCount(boolean flag) {
        assertEquals(
                true,
                keeps(
                        Sampling.of(new Settings("parentbased_always_on", 0, false)),
                        parent(flag, true),
                        TRACE,
                        SpanKind.SERVER));
        assertEquals(
                false,
                keeps(
                        Sampling.of(new Settings("parentbased_always_off", 1, false)),
                        parent(flag, true),
                        TRACE,
                        SpanKind.SERVER));
    }

    /// A stranger who always sends the trace id that the ratio would keep, or never, gains nothing.
    @Test
    void edge_sameTraceIdTimeAndAgain_keepsTheRatio() {
        Sampler edge = new EdgeSampler(Sampler.traceIdRatioBased(0.25), 0.25, new SplittableRandom(7)::nextDouble);
        int kept = 0;
        for (int i = 0; i < 10_000; i++) {
            kept += keeps(edge, parent(true, true), TRACE, SpanKind.SERVER) ? 1 : 0;
        }
        assertTrue(kept > 2_300 && kept < 2_700, kept + " of 10,000");
    }

    /// Else a payment would be recorded on its way in and not when it is settled.
    @Test
    void edge_withinTheService_goesOnAsItBegan() {
        Sampler edge = Sampling.of(new Settings("parentbased_traceidratio", 0, false));
        assertTrue(keeps(edge, parent(true, true), TRACE, SpanKind.CONSUMER), "a record from Kafka");
        assertTrue(keeps(edge, parent(true, false), TRACE, SpanKind.CLIENT), "a call of a recorded request");
        assertEquals(false, keeps(edge, parent(false, false), TRACE, SpanKind.CLIENT), "of one that is not");
    }

    @Test
    void problems_nonsense_isNamed() {
        assertEquals(List.of(), Sampling.problems(new Settings("parentbased_traceidratio", 0.1, true)));
        for (Settings wrong : List.of(
                new Settings("sometimes", 1, true),
                new Settings("parentbased_", 1, true),
                new Settings("traceidratio", 1.1, true),
                new Settings("traceidratio", -0.1, true),
                new Settings("traceidratio", Double.NaN, true))) {
            assertNotEquals(List.of(), Sampling.problems(wrong), wrong.toString());
        }
    }

    private static boolean keeps(Sampler sampler, Context parent, String traceId, SpanKind kind) {
        return sampler.shouldSample(parent, traceId, "span", kind, Attributes.empty(), List.of())
                        .getDecision()
                == SamplingDecision.RECORD_AND_SAMPLE;
    }

    private static Context parent(boolean recorded, boolean remote) {
        TraceFlags flags = recorded ? TraceFlags.getSampled() : TraceFlags.getDefault();
        SpanContext parent = remote
                ? SpanContext.createFromRemoteParent(TRACE, SPAN, flags, TraceState.getDefault())
                : SpanContext.create(TRACE, SPAN, flags, TraceState.getDefault());
        return Context.root().with(Span.wrap(parent));
    }
}

package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.ballast.otlp.EndedSpans;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracingTest {
    private static final Duration SHORT = Duration.ofMillis(5);

    private final EndedSpans ended = new EndedSpans();
    private final Tracing tracing = new Tracing(ended.telemetry());
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void call_nested_eachIsTheChildOfTheOneAround() throws Exception {
        String done = onLoop(() -> tracing.call(
                "bank", "pay", () -> later().chain(() -> tracing.call("ledger", "book", TracingTest::later))
                        .replaceWith("done")));
        assertEquals("done", done);
        Map<String, SpanData> spans = byName();
        assertEquals(SpanKind.CLIENT, spans.get("bank pay").getKind());
        assertEquals(spans.get("bank pay").getSpanId(), spans.get("ledger book").getParentSpanId());
    }

    /// One after the other on one context, and both at once: what is around stays what it was.
    @Test
    void call_sideBySide_areSiblings() throws Exception {
        onLoop(() -> tracing.call("all", "of it", () -> Uni.join()
                .all(tracing.call("one", "side", TracingTest::later), tracing.call("other", "side", TracingTest::later))
                .andFailFast()
                .chain(() -> later())
                .chain(() -> tracing.call("third", "after", TracingTest::later))));
        Map<String, SpanData> spans = byName();
        String around = spans.get("all of it").getSpanId();
        for (String name : List.of("one side", "other side", "third after")) {
            assertEquals(around, spans.get(name).getParentSpanId(), name);
        }
    }

    @Test
    void call_fails_isAnErrorThatNamesTheClassAlone() throws Exception {
        String failure = onLoop(() -> tracing.<String>call("bank", "pay", () -> Uni.createFrom()
                        .failure(new IllegalStateException("of alice@example.org")))
                .onFailure()
                .recoverWithItem(Throwable::getMessage));
        assertEquals("of alice@example.org", failure);
        SpanData span = byName().get("bank pay");
        assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode());
        assertFalse(span.toString().contains("alice"), span.toString());
    }

    @Test
    void call_resultArrivesWhereItWasAskedFor() throws Exception {
        onLoop(() -> {
            io.vertx.core.Context here = Vertx.currentContext();
            Span around = Span.current();
            return tracing.call("bank", "pay", TracingTest::later).invoke(() -> {
                assertSame(here, Vertx.currentContext());
                assertSame(around, Span.current());
            });
        });
    }

    @Test
    void call_cancelled_ends() throws Exception {
        onLoop(() -> tracing.call("bank", "pay", () -> Uni.createFrom().nothing())
                .ifNoItem()
                .after(SHORT)
                .recoverWithItem("given up"));
        assertEquals(List.of("bank pay"), List.copyOf(byName().keySet()));
        assertEquals("cancelled", outcome(byName().get("bank pay")));
        assertEquals(StatusCode.UNSET, byName().get("bank pay").getStatus().getStatusCode());
    }

    @Test
    void call_succeeds_saysNothingOfItsOutcome() throws Exception {
        onLoop(() -> tracing.call("bank", "pay", TracingTest::later));
        assertNull(outcome(byName().get("bank pay")));
    }

    @Test
    void shared_cancelled_eachPartSaysSo() throws Exception {
        List<Context> sharers = List.of(
                Context.root().with(tracing.span("request").setNoParent().startSpan()),
                Context.root().with(tracing.span("request").setNoParent().startSpan()));
        onLoop(() -> tracing.shared("look", sharers, () -> Uni.createFrom().nothing())
                .ifNoItem()
                .after(SHORT)
                .recoverWithItem("given up"));
        assertEquals(
                List.of("cancelled", "cancelled", "cancelled"),
                ended.all().stream().map(TracingTest::outcome).toList());
    }

    private static String outcome(SpanData span) {
        return span.getAttributes().get(AttributeKey.stringKey("ballast.outcome"));
    }

    @Test
    void headers_injectedAndExtracted_nameTheSameSpan() throws Exception {
        Map<String, String> headers = onLoop(() -> tracing.call("bank", "pay", () -> Uni.createFrom()
                .item(() -> Tracing.inject(new HashMap<>(Map.of("traceparent", "of somebody else"))))));
        assertEquals(
                byName().get("bank pay").getSpanId(),
                Span.fromContext(Tracing.extract(headers)).getSpanContext().getSpanId());
        assertFalse(Span.fromContext(Tracing.extract(Map.of("traceparent", "00-zz")))
                .getSpanContext()
                .isValid());
    }

    @Test
    void shared_ofSeveral_eachHasAPartAndTheCallIsLinkedToAll() throws Exception {
        List<Span> requests = new ArrayList<>();
        List<Context> sharers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Span request = tracing.span("request").setNoParent().startSpan();
            requests.add(request);
            sharers.add(Context.root().with(request));
        }
        onLoop(() -> tracing.shared("look", sharers, () -> tracing.call("redis", "get", TracingTest::later)));
        List<SpanData> parts = ended.all().stream()
                .filter(span -> span.getName().equals("look"))
                .toList();
        SpanData call = byName().get("look for several");
        assertEquals(
                requests.stream().map(span -> span.getSpanContext().getSpanId()).toList(),
                parts.stream().map(SpanData::getParentSpanId).toList());
        assertEquals(parts.getFirst().getSpanId(), call.getParentSpanId());
        assertEquals(
                parts.subList(1, 3).stream().map(SpanData::getSpanId).toList(),
                call.getLinks().stream().map(TracingTest::linked).toList());
        assertEquals(
                List.of(List.of(), List.of(call.getSpanId()), List.of(call.getSpanId())),
                parts.stream()
                        .map(part -> part.getLinks().stream()
                                .map(TracingTest::linked)
                                .toList())
                        .toList());
        assertEquals(call.getSpanId(), byName().get("redis get").getParentSpanId());
    }

    @Test
    void shared_ofOne_isThatOnesOwn() throws Exception {
        Span request = tracing.span("request").setNoParent().startSpan();
        onLoop(() -> tracing.shared(
                "look", List.of(Context.root().with(request)), () -> tracing.call("redis", "get", TracingTest::later)));
        assertEquals(List.of("redis get"), List.copyOf(byName().keySet()));
        assertEquals(
                request.getSpanContext().getSpanId(), byName().get("redis get").getParentSpanId());
    }

    private static String linked(LinkData link) {
        return link.getSpanContext().getSpanId();
    }

    private static Uni<Void> later() {
        io.vertx.core.Context here = Vertx.currentContext();
        return Uni.createFrom()
                .emitter(emitter -> here.owner().setTimer(1, _ -> here.runOnContext(_ -> emitter.complete(null))));
    }

    private <T> T onLoop(Supplier<Uni<T>> work) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext())
                .runOnContext(_ -> work.get().subscribe().with(result::complete, result::completeExceptionally));
        return result.get(5, TimeUnit.SECONDS);
    }

    private Map<String, SpanData> byName() {
        return ended.all().stream().collect(Collectors.toMap(SpanData::getName, Function.identity(), (one, _) -> one));
    }
}

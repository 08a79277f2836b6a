package dev.ballast.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.impl.ContextInternal;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Spans made by hand, for work that the instrumentation does not know, and the headers that carry a trace.
///
/// ```java
/// Uni<Score> score = tracing.call("scoring", "rate", () -> scoring.rate(item));
/// Map<String, String> headers = Tracing.inject(new HashMap<>());   // traceparent, tracestate
/// Context sender = Tracing.extract(headers);   // and back
/// ```
///
/// Work runs on a Vert.x context of its own, which has what the caller's had and the span besides: what the caller
/// goes on with meanwhile, and what runs beside it, has other spans. The result arrives on the caller's context.
/// The work must be made within its supplier, as a `Uni` keeps the trace it was made in. Safe for use from every
/// thread.
@Singleton
public class Tracing {
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final TextMapGetter<Map<String, String>> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    };

    /// What became of work that neither succeeded nor failed.
    public static final String OUTCOME = "ballast.outcome";

    private final Tracer tracer;

    @Inject
    public Tracing(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("dev.ballast");
    }

    /// One that makes no spans, for tests and benchmarks.
    public static Tracing none() {
        return new Tracing(OpenTelemetry.noop());
    }

    /// Runs a call of another service as a child of the current span, named `{service} {operation}`. Where it fails,
    /// the span is an error and names the failure's class, as its message may tell too much.
    public <T extends @Nullable Object> Uni<T> call(String service, String operation, Supplier<Uni<T>> work) {
        return within(
                () -> span(service + " " + operation)
                        .setSpanKind(SpanKind.CLIENT)
                        .setAttribute("service.peer.name", service)
                        .setAttribute("ballast.operation", operation),
                work);
    }

    /// Puts the headers of the current trace (W3C Trace Context) into a map, in place of what it has of them, and gives
    /// it back.
    public static Map<String, String> inject(Map<String, String> headers) {
        W3C.fields().forEach(headers::remove);
        W3C.inject(Context.current(), headers, (map, name, text) -> Objects.requireNonNull(map)
                .put(name, text));
        return headers;
    }

    /// The sender's trace as its headers, in lower case, tell; without a trace where they tell none or one that cannot
    /// be.
    public static Context extract(Map<String, String> headers) {
        return W3C.extract(Context.root(), headers, GETTER);
    }

    /// A span to be completed for [#within]; a child of the current one when it begins, unless it says otherwise.
    public SpanBuilder span(String name) {
        return tracer.spanBuilder(name);
    }

    /// Runs work in a span that begins with it and ends with it.
    ///
    /// @param span is asked when the work is subscribed to
    public <T extends @Nullable Object> Uni<T> within(Supplier<SpanBuilder> span, Supplier<Uni<T>> work) {
        return within(span, work, Tracing::fail);
    }

    /// Likewise, where not every failure is an error. What is cancelled has `ballast.outcome=cancelled`, or it
    /// would look as if it had succeeded.
    ///
    /// @param failed tells the span of a failure
    public <T extends @Nullable Object> Uni<T> within(
            Supplier<SpanBuilder> span, Supplier<Uni<T>> work, BiConsumer<Span, Throwable> failed) {
        return Uni.createFrom().deferred(() -> {
            Span begun = span.get().startSpan();
            return in(Context.current().with(begun), work)
                    .onFailure()
                    .invoke(failure -> failed.accept(begun, failure))
                    .onTermination()
                    .invoke((_, _, cancelled) -> end(begun, cancelled));
        });
    }

    /// Waits for work that another request has begun: in a span for this one's part, where it is recorded, with a link
    /// to that one.
    public <T extends @Nullable Object> Uni<T> joining(String name, SpanContext begunIn, Supplier<Uni<T>> wait) {
        return Uni.createFrom()
                .deferred(() ->
                        Span.current().isRecording() ? within(() -> span(name).addLink(begunIn), wait) : wait.get());
    }

    /// Names the procedure that is called within, where the instrumentation makes the span and does not know it. The
    /// call must be sent before `call` returns.
    public static <T extends @Nullable Object> T named(String procedure, Supplier<T> call) {
        return SpanCorrections.named(procedure, call);
    }

    /// Runs work in a trace that is there already.
    public <T extends @Nullable Object> Uni<T> in(Context trace, Supplier<Uni<T>> work) {
        return Uni.createFrom().emitter(emitter -> {
            ContextInternal home = ContextInternal.current();
            if (home == null) {
                try (Scope _ = trace.makeCurrent()) {
                    run(work, emitter, Runnable::run);
                }
            } else {
                ContextInternal own = (ContextInternal) VertxContext.newNestedContext(home);
                own.dispatch(() -> {
                    stay(trace);
                    run(work, emitter, result -> home.emit(result, Runnable::run));
                });
            }
        });
    }

    /// Makes one call for several requests. Where it is for one alone, it belongs to that one's trace. Otherwise each
    /// request has a span for its part, and the call has one of its own below the first of them that is recorded.
    /// Links lead from the call to the other parts, and from each of these to the call.
    ///
    /// @param sharers the requests' traces, at least one
    public <T extends @Nullable Object> Uni<T> shared(String name, List<Context> sharers, Supplier<Uni<T>> work) {
        return Uni.createFrom().deferred(() -> {
            if (sharers.size() == 1) {
                Context only = sharers.getFirst();
                return only == Context.current() ? work.get() : in(only, work);
            }
            SharedCall call = new SharedCall(tracer, name, sharers);
            return in(call.context(), work)
                    .onFailure()
                    .invoke(call::failed)
                    .onTermination()
                    .invoke((_, _, cancelled) -> call.end(cancelled));
        });
    }

    /// Makes a span an error that names the failure's class.
    public static void fail(Span span, Throwable failure) {
        fail(span, failure.getClass().getName());
    }

    /// Makes a span an error.
    ///
    /// @param type one of a few fixed words
    public static void fail(Span span, String type) {
        span.setStatus(StatusCode.ERROR, type).setAttribute("error.type", type);
    }

    static void end(Span span, boolean cancelled) {
        if (cancelled) {
            span.setAttribute(OUTCOME, "cancelled");
        }
        span.end();
    }

    /// The Vert.x context is there for this work alone, so that its trace need never be taken from it again.
    @SuppressWarnings("MustBeClosedChecker")
    private static void stay(Context trace) {
        var _ = trace.makeCurrent();
    }

    private static <T extends @Nullable Object> void run(
            Supplier<Uni<T>> work, UniEmitter<? super T> emitter, Consumer<Runnable> home) {
        Cancellable running = Uni.createFrom()
                .deferred(work::get)
                .subscribe()
                .with(
                        item -> home.accept(() -> emitter.complete(item)),
                        failure -> home.accept(() -> emitter.fail(failure)));
        emitter.onTermination(running::cancel);
    }
}

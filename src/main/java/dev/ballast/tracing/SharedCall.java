package dev.ballast.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;

/// The spans of a call that is made for several requests. It is below the first part that is recorded, and so it is
/// recorded if any of them is.
final class SharedCall {
    private final List<Span> parts = new ArrayList<>();
    private final Span span;
    private final Context context;

    SharedCall(Tracer tracer, String name, List<Context> sharers) {
        Context leader = sharers.getFirst();
        for (Context sharer : sharers) {
            if (Span.fromContext(sharer).isRecording()) {
                Span part = tracer.spanBuilder(name).setParent(sharer).startSpan();
                if (parts.isEmpty()) {
                    leader = sharer.with(part);
                }
                parts.add(part);
            }
        }
        this.span = parts.isEmpty() ? Span.getInvalid() : begun(tracer, name, leader, sharers.size());
        this.context = parts.isEmpty() ? leader : leader.with(span);
    }

    private Span begun(Tracer tracer, String name, Context leader, int sharers) {
        SpanBuilder call =
                tracer.spanBuilder(name + " for several").setParent(leader).setAttribute("ballast.sharers", sharers);
        List<Span> others = parts.subList(1, parts.size());
        others.forEach(part -> call.addLink(part.getSpanContext()));
        Span begun = call.startSpan();
        others.forEach(part -> part.addLink(begun.getSpanContext()));
        return begun;
    }

    /// What the call is made in.
    Context context() {
        return context;
    }

    void failed(Throwable failure) {
        Tracing.fail(span, failure);
        parts.forEach(part -> Tracing.fail(part, failure));
    }

    void end(boolean cancelled) {
        Tracing.end(span, cancelled);
        parts.forEach(part -> Tracing.end(part, cancelled));
    }
}

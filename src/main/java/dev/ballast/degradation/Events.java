package dev.ballast.degradation;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jboss.logging.Logger;

/// Tells of every change: in the log, as a metric, as a span, and to whoever listens; and keeps the last ones.
/// Safe for use from every thread.
@Singleton
public class Events {
    private static final Logger LOG = Logger.getLogger(Events.class);

    /// All that a trace says of an order, which names a person and quotes what that one wrote.
    private static final String ORDER = "an operator's order";

    private final int limit;
    private final MeterRegistry registry;
    private final OpenTelemetry telemetry;
    private final Clock clock = Clock.systemUTC();
    private final BroadcastProcessor<Event> listeners = BroadcastProcessor.create();
    // Both belong to this object's monitor.
    private final Deque<Event> kept = new ArrayDeque<>();
    private long next = 1;

    @Inject
    Events(DegradationSettings settings, MeterRegistry registry, OpenTelemetry telemetry) {
        this.limit = settings.events();
        this.registry = registry;
        this.telemetry = telemetry;
    }

    /// A change.
    ///
    /// @param subject what kind of thing changed: `dependency`, `feature`, `service` or `override`
    /// @param name which one; of the service `ballast`
    /// @param reason the rule that fired, for people
    @RegisterForReflection
    public record Event(long id, Instant at, String subject, String name, String from, String to, String reason) {}

    /// @param reason the rule that fired: fixed words and names of the service's own
    void changed(String subject, String name, String from, String to, String reason) {
        tell(subject, name, from, to, reason, reason);
    }

    /// A change whose cause is an operator's order.
    ///
    /// @param reason who ordered it and why: for the log, the history and listeners, as it is of a person
    void ordered(String subject, String name, String from, String to, String reason) {
        tell(subject, name, from, to, reason, ORDER);
    }

    private void tell(String subject, String name, String from, String to, String reason, String exported) {
        registry.counter("ballast.degradation.changes", "subject", subject, "name", name, "to", to)
                .increment();
        LOG.infof("%s %s: %s -> %s (%s)", subject, name, from, to, reason);
        span(subject, name, from, to, exported);
        synchronized (this) {
            Event event = new Event(next++, clock.instant(), subject, name, from, to, reason);
            kept.addFirst(event);
            if (kept.size() > limit) {
                kept.removeLast();
            }
            listeners.onNext(event);
        }
    }

    /// The last ones, newest first.
    public synchronized List<Event> latest() {
        return Collections.unmodifiableList(new ArrayList<>(kept));
    }

    /// Those to come. Who does not keep up misses some.
    public Multi<Event> stream() {
        return listeners.onOverflow().drop();
    }

    private void span(String subject, String name, String from, String to, String reason) {
        Span span = telemetry
                .getTracer("dev.ballast.degradation")
                .spanBuilder("degradation.change")
                .startSpan();
        span.addEvent(
                "level changed",
                Attributes.builder()
                        .put("ballast.subject", subject)
                        .put("ballast.name", name)
                        .put("ballast.from", from)
                        .put("ballast.to", to)
                        .put("ballast.reason", reason)
                        .build());
        span.end();
    }
}

package dev.ballast.otlp;

import dev.ballast.otlp.ReceivedSpan.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The spans of one trace, in the order in which they began.
public record Trace(List<ReceivedSpan> spans) {
    public Trace {
        spans = spans.stream()
                .sorted(Comparator.comparingLong(ReceivedSpan::startNanos))
                .toList();
    }

    /// The span of the request, of which there is one.
    public ReceivedSpan server() {
        List<ReceivedSpan> servers = of(Kind.SERVER);
        if (servers.size() != 1) {
            throw new AssertionError(servers.size() + " server spans\n" + this);
        }
        return servers.getFirst();
    }

    public List<ReceivedSpan> of(Kind kind) {
        return where(span -> span.kind() == kind);
    }

    /// Calls of a database of this system, such as `redis` or `postgresql`.
    public List<ReceivedSpan> callsOf(String system) {
        return where(span -> span.attribute("db.system").equals(system)
                || span.attribute("db.system.name").equals(system));
    }

    public List<ReceivedSpan> where(Predicate<ReceivedSpan> wanted) {
        return spans.stream().filter(wanted).toList();
    }

    boolean hasServer() {
        return !of(Kind.SERVER).isEmpty();
    }

    /// One span a line, for a failed test's message.
    @Override
    public String toString() {
        return spans.stream()
                .map(span -> "%s %s (%s < %s) %s"
                        .formatted(span.kind(), span.name(), span.spanId(), span.parentId(), span.attributes()))
                .collect(Collectors.joining("\n"));
    }
}

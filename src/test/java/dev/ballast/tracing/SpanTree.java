package dev.ballast.tracing;

import dev.ballast.otlp.ReceivedSpan;
import dev.ballast.otlp.Trace;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A trace as text, a span a line below its parent, in the order in which they began: `SERVER GET /users/{id}`. Ends
/// with `!` where it is an error. A span whose parent is not in the trace begins a tree of its own.
final class SpanTree {
    private SpanTree() {}

    static String of(Trace trace) {
        Map<String, List<ReceivedSpan>> children =
                trace.spans().stream().collect(Collectors.groupingBy(ReceivedSpan::parentId));
        StringBuilder text = new StringBuilder();
        roots(trace).forEach(root -> write(text, root, children, 0));
        return text.toString();
    }

    /// Those whose parent is not in the trace; one in any that is whole.
    static List<ReceivedSpan> roots(Trace trace) {
        Set<String> ids = trace.spans().stream().map(ReceivedSpan::spanId).collect(Collectors.toSet());
        return trace.spans().stream()
                .filter(span -> !ids.contains(span.parentId()))
                .sorted(Comparator.comparingLong(ReceivedSpan::startNanos))
                .toList();
    }

    private static void write(
            StringBuilder text, ReceivedSpan span, Map<String, List<ReceivedSpan>> children, int depth) {
        text.append("  ".repeat(depth))
                .append(span.kind())
                .append(' ')
                .append(span.name())
                .append(span.isError() ? " !\n" : "\n");
        children.getOrDefault(span.spanId(), List.of()).stream()
                .sorted(Comparator.comparingLong(ReceivedSpan::startNanos))
                .forEach(child -> write(text, child, children, depth + 1));
    }

    /// The only span of that name.
    static ReceivedSpan only(Trace trace, String name) {
        List<ReceivedSpan> found = trace.where(span -> span.name().equals(name));
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " spans named " + name + " in\n" + of(trace));
        }
        return found.getFirst();
    }

    /// Some of a span's attributes, sorted; those that are not there are left out.
    static Map<String, String> attributes(ReceivedSpan span, String... names) {
        Map<String, String> some = new TreeMap<>();
        for (String name : names) {
            String value = span.attributes().get(name);
            if (Objects.nonNull(value)) {
                some.put(name, value);
            }
        }
        return some;
    }
}

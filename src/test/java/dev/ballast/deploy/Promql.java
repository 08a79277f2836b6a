package dev.ballast.deploy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a PromQL expression asks for: its selectors, each with the labels it must have for the expression to mean
/// anything, those it is matched by and those an aggregation around it keeps.
///
/// It goes by the tokens and takes the expression to be well-formed, which `promtool` sees to. What it does not
/// understand, matching `on` labels and `without`, it refuses.
record Promql(List<Selector> selectors) {
    /// @param labels all the series must have, in the order they are named
    record Selector(String metric, List<Match> matches, Set<String> labels) {}

    /// @param operator `=`, `!=`, `=~` or `!~`
    record Match(String label, String operator, String value) {
        boolean accepts(String actual) {
            boolean same =
                    operator.endsWith("~") ? Pattern.matches("(?s:" + value + ")", actual) : value.equals(actual);
            return operator.startsWith("!") != same;
        }
    }

    private static final Pattern TOKEN = Pattern.compile("""
            \\s+|"(?:[^"\\\\]|\\\\.)*"|[0-9][0-9a-zA-Z.]*|[a-zA-Z_:$][a-zA-Z0-9_:]*\
            |[=!<>]=|=~|!~|[-+*/%^(){}\\[\\],=<>]""");

    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "bool", "offset", "group_left", "group_right", "inf", "nan");

    static Promql read(String expression) {
        return new Promql(new Reader(tokens(expression)).read());
    }

    /// The names that a legend shows, as `{{name}}`.
    static Set<String> legendLabels(String legend) {
        Set<String> labels = new LinkedHashSet<>();
        Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}")
                .matcher(legend)
                .results()
                .forEach(found -> labels.add(found.group(1)));
        return labels;
    }

    private static List<String> tokens(String expression) {
        List<String> tokens = new ArrayList<>();
        Matcher token = TOKEN.matcher(expression);
        int end = 0;
        while (token.find()) {
            if (token.start() != end) {
                break;
            }
            end = token.end();
            if (!token.group().isBlank()) {
                tokens.add(token.group());
            }
        }
        if (end != expression.length()) {
            throw new IllegalArgumentException("cannot be read from «" + expression.substring(end) + "»");
        }
        return tokens;
    }

    private static final class Reader {
        private final List<String> tokens;
        private final List<Selector> selectors = new ArrayList<>();
        /// For each parenthesis that is open, the number of selectors before it and the labels its aggregation keeps.
        private final Deque<Open> open = new ArrayDeque<>();

        private int at;
        private int closedFrom;
        private List<String> kept = List.of();

        private record Open(int from, List<String> kept) {}

        Reader(List<String> tokens) {
            this.tokens = tokens;
        }

        List<Selector> read() {
            while (at < tokens.size()) {
                String token = tokens.get(at++);
                switch (token) {
                    case "(" -> {
                        open.push(new Open(selectors.size(), kept));
                        kept = List.of();
                    }
                    case ")" -> close();
                    case "[" -> at = tokens.subList(at, tokens.size()).indexOf("]") + at + 1;
                    case "{" -> throw new IllegalArgumentException("a selector without a name");
                    case "by" -> by();
                    case "on", "ignoring", "without" -> nothing(token);
                    default -> nameOrOther(token);
                }
            }
            return List.copyOf(selectors);
        }

        private void close() {
            Open closed = open.pop();
            closedFrom = closed.from;
            keep(closed.kept);
        }

        /// `sum by (a) (…)` and `sum(…) by (a)`.
        private void by() {
            boolean follows = at >= 2 && tokens.get(at - 2).equals(")");
            List<String> labels = list();
            if (follows) {
                keep(labels);
            } else {
                kept = labels;
            }
        }

        private void keep(List<String> labels) {
            for (int i = closedFrom; i < selectors.size(); i++) {
                selectors.get(i).labels.addAll(labels);
            }
        }

        private void nothing(String word) {
            if (!list().isEmpty()) {
                throw new IllegalArgumentException(word + " with labels is not understood");
            }
        }

        private void nameOrOther(String token) {
            boolean isName = Pattern.matches("[a-zA-Z_:].*", token) && !WORDS.contains(token);
            boolean isCalled = next("(") || next("by");
            if (isName && !isCalled) {
                List<Match> matches = next("{") ? matches() : List.of();
                Set<String> labels = new LinkedHashSet<>();
                matches.forEach(match -> labels.add(match.label));
                selectors.add(new Selector(token, matches, labels));
            }
        }

        private List<Match> matches() {
            List<Match> matches = new ArrayList<>();
            at++;
            while (!next("}")) {
                String value = tokens.get(at + 2);
                matches.add(new Match(tokens.get(at), tokens.get(at + 1), unquoted(value)));
                at += 3;
                if (next(",")) {
                    at++;
                }
            }
            at++;
            return List.copyOf(matches);
        }

        private List<String> list() {
            List<String> names = new ArrayList<>();
            at++;
            while (!next(")")) {
                names.add(tokens.get(at++));
                if (next(",")) {
                    at++;
                }
            }
            at++;
            return names;
        }

        private boolean next(String token) {
            return at < tokens.size() && tokens.get(at).equals(token);
        }

        private static String unquoted(String value) {
            return value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
        }
    }
}

package dev.ballast.deploy;

import dev.ballast.deploy.Promql.Match;
import dev.ballast.deploy.Promql.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The series of one `/q/metrics`, and what an expression asks for that is not among them.
final class Scrape {
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:]\\w*)(?:\\{(.*)})? \\S+(?: \\S+)?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /// What Prometheus puts beside the labels of every series.
    private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

    private final Map<String, List<Map<String, String>>> series = new HashMap<>();

    /// @param exposition in Prometheus' text format
    static Scrape of(String exposition) {
        Scrape scrape = new Scrape();
        scrape.series.put("up", List.of(Map.of()));
        exposition
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .forEach(scrape::add);
        return scrape;
    }

    /// Adds series that Prometheus makes of others by a rule, without labels.
    Scrape with(List<String> recorded) {
        recorded.forEach(name -> series.put(name, List.of(Map.of())));
        return this;
    }

    /// @param rare values that no scrape of a healthy service has, as `label="value"`
    /// @return for each selector that no series answers to, which and why
    Set<String> missing(Promql expression, Set<String> rare) {
        Set<String> missing = new TreeSet<>();
        for (Selector selector : expression.selectors()) {
            List<Map<String, String>> named = series.get(selector.metric());
            if (named == null) {
                missing.add(selector.metric() + " is not scraped");
                continue;
            }
            List<String> labels = selector.labels().stream()
                    .filter(label -> !OF_THE_TARGET.contains(label))
                    .toList();
            List<Map<String, String>> labelled = named.stream()
                    .filter(each -> each.keySet().containsAll(labels))
                    .toList();
            if (labelled.isEmpty()) {
                missing.add(selector.metric() + " has not all of " + labels + " but "
                        + named.getFirst().keySet());
            } else if (labelled.stream().noneMatch(each -> answers(each, selector, rare))) {
                missing.add("no series of " + selector.metric() + " matches " + selector.matches());
            }
        }
        return missing;
    }

    private static boolean answers(Map<String, String> labels, Selector selector, Set<String> rare) {
        return selector.matches().stream()
                .filter(match -> !OF_THE_TARGET.contains(match.label()))
                .filter(match -> !rare.contains(text(match)))
                .allMatch(match -> match.accepts(labels.getOrDefault(match.label(), "")));
    }

    private static String text(Match match) {
        return match.label() + match.operator() + '"' + match.value() + '"';
    }

    private void add(String line) {
        Matcher parts = SERIES.matcher(line);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no series: " + line);
        }
        Map<String, String> labels = new HashMap<>();
        if (parts.group(2) != null) {
            LABEL.matcher(parts.group(2)).results().forEach(label -> labels.put(label.group(1), label.group(2)));
        }
        series.computeIfAbsent(parts.group(1), name -> new ArrayList<>()).add(labels);
    }
}

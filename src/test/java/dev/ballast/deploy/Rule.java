package dev.ballast.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/// The alerts and recorded series of `docker/prometheus/rules.yaml`.
///
/// @param name of the alert, or of the recorded series
record Rule(boolean isAlert, String name, String expression, String severity, Map<String, String> annotations) {
    static final Path FILE = Path.of("docker/prometheus/rules.yaml");

    static List<Rule> read() {
        return groups(yaml(FILE)).stream()
                .flatMap(group -> maps(group.get("rules")).stream())
                .map(Rule::of)
                .toList();
    }

    static List<Rule> alerts() {
        return read().stream().filter(Rule::isAlert).toList();
    }

    static Map<String, Object> yaml(Path file) {
        try {
            return new Yaml().load(Files.readString(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static List<Map<String, Object>> groups(Map<String, Object> file) {
        return maps(file.get("groups"));
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> maps(Object list) {
        return (List<Map<String, Object>>) list;
    }

    @SuppressWarnings("unchecked")
    private static Rule of(Map<String, Object> rule) {
        boolean isAlert = rule.containsKey("alert");
        return new Rule(
                isAlert,
                (String) rule.get(isAlert ? "alert" : "record"),
                (String) rule.get("expr"),
                ((Map<String, String>) rule.getOrDefault("labels", Map.of())).getOrDefault("severity", ""),
                (Map<String, String>) rule.getOrDefault("annotations", Map.of()));
    }
}

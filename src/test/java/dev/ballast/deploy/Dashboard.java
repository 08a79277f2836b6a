package dev.ballast.deploy;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A file of `docker/grafana/dashboards`.
record Dashboard(String file, JsonObject json) {
    /// What a panel draws.
    ///
    /// @param legend as Grafana takes it, `{{label}}`
    record Query(String where, String expression, String legend) {
        /// As Prometheus takes it, for all pods.
        String evaluable() {
            return expression.replace("$__rate_interval", "1m").replace("$instance", ".+");
        }
    }

    static List<Dashboard> all() {
        try (Stream<Path> files = Files.list(Path.of("docker/grafana/dashboards"))) {
            return files.sorted().map(Dashboard::of).toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    List<JsonObject> panels() {
        return objects(json, "panels");
    }

    List<Query> queries() {
        return panels().stream()
                .flatMap(panel -> objects(panel, "targets").stream()
                        .map(target -> new Query(
                                file + ", " + panel.getString("title"),
                                target.getString("expr"),
                                target.getString("legendFormat"))))
                .toList();
    }

    @Override
    public String toString() {
        return file;
    }

    static List<JsonObject> objects(JsonObject parent, String name) {
        var list = parent.getJsonArray(name);
        return IntStream.range(0, list.size()).mapToObj(list::getJsonObject).toList();
    }

    private static Dashboard of(Path file) {
        try {
            return new Dashboard(file.getFileName().toString(), new JsonObject(Files.readString(file)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

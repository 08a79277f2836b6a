package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Kubernetes documents, as files and as `kubectl kustomize` makes them.
final class Manifests {
    private static final Path DIRECTORY = Path.of("k8s");

    private Manifests() {}

    /// Every document but what is there for kustomize alone, and patches.
    static List<Path> files() {
        try (Stream<Path> all = Files.walk(DIRECTORY)) {
            return all.filter(file -> file.toString().endsWith(".yaml") && !file.endsWith("kustomization.yaml"))
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// What production consists of, as far as the files alone tell.
    static List<JsonNode> whole() {
        Stream<JsonNode> documents = files().stream()
                .filter(file -> !file.startsWith(DIRECTORY.resolve("overlays")))
                .map(Yaml::file);
        return Stream.concat(Stream.of(settings()), documents).toList();
    }

    /// The base's ConfigMap, which is made of a file with variables.
    private static JsonNode settings() {
        ObjectNode map = JsonNodeFactory.instance.objectNode().put("kind", "ConfigMap");
        map.putObject("metadata").put("name", "ballast");
        ObjectNode data = map.putObject("data");
        Yaml.read(DIRECTORY.resolve("base/settings.env"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("=", 2))
                .forEach(variable -> data.put(variable[0], variable[1]));
        return map;
    }

    /// @param more what an overlay of production has beside it
    static List<JsonNode> builtWith(String directory, String more) throws IOException, InterruptedException {
        Path overlay = Files.createDirectories(Path.of(directory));
        Files.writeString(overlay.resolve("kustomization.yaml"), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: [../../k8s/overlays/production]
                """ + more);
        return built(overlay);
    }

    static List<JsonNode> built(Path overlay) throws IOException, InterruptedException {
        Tool.Outcome built = Tool.KUBECTL.run("kustomize", overlay.toString());
        assertEquals(0, built.exitCode(), built.output());
        return Yaml.documents(built.output());
    }

    static JsonNode of(List<JsonNode> all, String kind) {
        return all(all, kind).findFirst().orElseThrow();
    }

    static JsonNode of(List<JsonNode> all, String kind, String name) {
        return find(all, kind, name).orElseThrow();
    }

    static Optional<JsonNode> find(List<JsonNode> all, String kind, String name) {
        return all(all, kind).filter(each -> name(each).equals(name)).findFirst();
    }

    static Stream<JsonNode> all(List<JsonNode> all, String kind) {
        return all.stream().filter(each -> each.path("kind").asText().equals(kind));
    }

    static String name(JsonNode document) {
        return document.at("/metadata/name").asText();
    }
}

package dev.ballast.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// YAML files as trees. A field that a file names twice is an error.
final class Yaml {
    private static final YAMLMapper MAPPER = new YAMLMapper();

    static {
        MAPPER.enable(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    }

    private Yaml() {}

    static JsonNode file(Path path) {
        return documents(read(path)).getFirst();
    }

    static List<JsonNode> documents(String text) {
        try (MappingIterator<JsonNode> all = MAPPER.readerFor(JsonNode.class).readValues(text)) {
            return all.readAll();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(path.toString(), failure);
        }
    }

    static Stream<JsonNode> each(JsonNode array) {
        return array.valueStream();
    }
}

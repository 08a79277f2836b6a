package dev.ballast.invalidation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The room's statements, which lie as files under `sql/invalidation`, each with its parameters and invariant.
final class Sql {
    private Sql() {}

    static String read(String name) {
        String path = "/sql/invalidation/" + name + ".sql";
        try (InputStream file = Sql.class.getResourceAsStream(path)) {
            if (file == null) {
                throw new IllegalStateException("no resource " + path);
            }
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(path, failure);
        }
    }
}

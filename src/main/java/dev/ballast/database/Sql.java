package dev.ballast.database;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;

/// Statements, which lie as files under `sql/<room>`, each with its parameters and invariant.
public final class Sql {
    private Sql() {}

    /// The text of `sql/<room>/<name>.sql` without its comments, which are for people: the server need not read
    /// them, and who makes a trace's text of a statement takes their apostrophes for quotes. Blocks: for
    /// constants, read when their class is loaded.
    ///
    /// @throws IllegalStateException where there is no such file
    public static String read(String room, String name) {
        String path = "/sql/" + room + "/" + name + ".sql";
        try (InputStream file = Sql.class.getResourceAsStream(path)) {
            if (file == null) {
                throw new IllegalStateException("no resource " + path);
            }
            return withoutComments(new String(file.readAllBytes(), UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(path, failure);
        }
    }

    private static String withoutComments(String text) {
        return text.lines().filter(line -> !line.strip().startsWith("--")).collect(Collectors.joining("\n"));
    }
}

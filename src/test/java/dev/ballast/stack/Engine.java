package dev.ballast.stack;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/// What tells one program of the stack from another: how it is set up, started and found ready.
interface Engine {
    /// The name in paths, files and options.
    String name();

    /// The name for people.
    default String title() {
        return name();
    }

    /// The port it serves on, the same over all its starts.
    int port();

    /// What others are given to reach it.
    String url();

    /// Brings the data directory into being where there is none; called before every start.
    void prepare() throws IOException, InterruptedException;

    List<String> command();

    default Map<String, String> environment() {
        return Map.of();
    }

    /// Whether it serves; one bounded try.
    boolean ready();
}

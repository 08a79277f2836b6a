package dev.ballast.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Where the servers' output goes, and its end for error messages.
final class Logs {
    private static final int TAIL = 25;
    private static final Logger ROOT = Logger.getLogger("");

    private Logs() {}

    static Path of(Path state, String name) {
        try {
            return Files.createDirectories(state.resolve("logs")).resolve(name + ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lets this JVM's libraries say what is at least of this level; by itself the log manager prints nothing.
    static void print(Level atLeast) {
        System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tF %1$tT.%1$tL %4$s %3$s: %5$s%6$s%n");
        ConsoleHandler console = new ConsoleHandler();
        console.setLevel(atLeast);
        ROOT.addHandler(console);
        ROOT.setLevel(atLeast);
    }

    static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            List<String> last = lines.subList(Math.max(0, lines.size() - TAIL), lines.size());
            return "  the end of " + log + ":\n    " + String.join("\n    ", last);
        } catch (IOException e) {
            return "  its log " + log + " cannot be read: " + e.getMessage();
        }
    }
}

package dev.ballast.deploy;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// A program of the machine that the build does not bring. Where it is not installed, what needs it is skipped and says
/// so; with `CI=true` in the environment, as `.ci/run` sets it, it fails.
enum Tool {
    PROMTOOL("prometheus"),
    PROMETHEUS("prometheus"),
    /// Debian's is too old to know components, so that it is demanded only where GitHub's runners bring theirs.
    KUBECTL(""),
    /// Needs root and minutes, so that nobody demands it.
    BUILDAH("");

    private final String debianPackage;

    /// @param debianPackage what brings it; empty where nobody demands it
    Tool(String debianPackage) {
        this.debianPackage = debianPackage;
    }

    /// @param output of both kinds
    record Outcome(int exitCode, String output) {}

    /// Three minutes are far beyond what any of them takes, on a busy machine too.
    Outcome run(String... arguments) throws IOException, InterruptedException {
        Process process = start("180s", arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    /// Starts it under `timeout`, so that it ends whatever becomes of the test.
    Process start(String atMost, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("timeout", atMost, program()));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
    }

    private String program() {
        String name = name().toLowerCase(Locale.ROOT);
        for (String directory : System.getenv("PATH").split(Pattern.quote(File.pathSeparator))) {
            Path program = Path.of(directory, name);
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        String missing = debianPackage.isEmpty()
                ? name + " is not installed"
                : name + " is not installed: apt-get install --no-install-recommends " + debianPackage;
        boolean isBrought = this == KUBECTL && "true".equals(System.getenv("GITHUB_ACTIONS"));
        if (isBrought || "true".equals(System.getenv("CI")) && !debianPackage.isEmpty()) {
            throw new AssertionError(missing);
        }
        return abort(missing);
    }
}

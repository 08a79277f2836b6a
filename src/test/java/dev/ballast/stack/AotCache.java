package dev.ballast.stack;

import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// An AOT cache (JEP 483, 515) for the pods of a test run: a start then costs 3 seconds of a core and not 10.
/// One pod records what a start and some calls need, and a process in the background, which lets every other go
/// first, makes the cache of it; pods that start before it is done start without.
///
/// On with `-Dballast.aot=true`, as in a whole `./mvnw verify`: for a single test the recording costs more than
/// it saves.
final class AotCache {
    private static final String TRAINED = "ballast.aot.trained";
    private static final int ROUNDS = 20;

    private AotCache() {}

    /// Of the package in this directory.
    static Path of(Path target) {
        return target.resolve("quarkus-app/pod.aot");
    }

    /// Records, once in a test run, unless a cache of this very package is there.
    static void train(Stack stack) {
        synchronized (System.getProperties()) { // one for all class loaders
            if (!Boolean.getBoolean("ballast.aot") || System.getProperty(TRAINED) != null) {
                return;
            }
            System.setProperty(TRAINED, "true");
            Path target = Path.of("target").toAbsolutePath();
            if (Files.exists(of(target))) {
                return; // packaging empties the directory, so it is of this package
            }
            record(stack, target);
        }
    }

    private static void record(Stack stack, Path target) {
        Path recorded = target.resolve("pod.aotconf");
        try (Pod pod = stack.pod("aot-training")
                .jvm("-XX:AOTMode=record")
                .jvm("-XX:AOTConfiguration=" + recorded)
                .start()) {
            for (int i = 0; i < ROUNDS; i++) {
                call(pod.url() + "/users/1");
                call(pod.url() + "/q/metrics");
            }
            pod.stop();
        }
        assemble(recorded, target);
    }

    private static void call(String url) {
        try {
            HttpURLConnection call = (HttpURLConnection) URI.create(url).toURL().openConnection();
            call.setRequestProperty("Authorization", "Bearer " + Tokens.service());
            call.getResponseCode();
            call.disconnect();
        } catch (IOException e) {
            throw new StackFailure("the pod that records does not answer " + url, e);
        }
    }

    private static void assemble(Path recorded, Path target) {
        Path unfinished = target.resolve("pod.aot");
        List<String> command = List.of(
                "nice",
                "-n",
                "19",
                Java.executable(),
                "-XX:AOTMode=create",
                "-XX:AOTConfiguration=" + recorded,
                "-XX:AOTCache=" + unfinished,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                target.resolve("quarkus-app/quarkus-run.jar").toString());
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(target.resolve("pod.aot.log").toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "aot-cache"));
            process.onExit().thenAccept(ended -> publish(ended, unfinished, of(target)));
        } catch (IOException e) {
            throw new StackFailure("the AOT cache cannot be made", e);
        }
    }

    private static void publish(Process ended, Path unfinished, Path finished) {
        try {
            if (ended.exitValue() == 0) {
                Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
            } else {
                System.err.println("no AOT cache: " + Logs.tail(unfinished.resolveSibling("pod.aot.log")));
            }
        } catch (IOException e) {
            System.err.println("no AOT cache: " + e);
        }
    }
}

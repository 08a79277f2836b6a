package dev.ballast.database;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Processes of the packaged service that need not get ready, as the stack's pods must.
final class ServiceProcesses implements AutoCloseable {
    private static final Path AOT_CACHE = Path.of("target/quarkus-app/pod.aot");

    private final Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> started = new ArrayList<>();

    ServiceProcesses(Path directory) {
        this.directory = directory;
    }

    /// All that the Job's pod is told: the ConfigMap's values, over which go those of the Job itself.
    static Map<String, String> environmentOfTheJob() {
        Map<String, String> environment = new TreeMap<>();
        variables("k8s/base/settings.env").forEach(each -> environment.put(each[0], each[1]));
        yaml("k8s/migration/job.yaml")
                .at("/spec/template/spec/containers/0/env")
                .valueStream()
                .filter(each -> each.has("value"))
                .forEach(each -> environment.put(
                        each.get("name").asText(), each.get("value").asText()));
        return environment;
    }

    /// Starts one with nothing else in its environment. It ends after three minutes, whatever becomes of the test.
    Running start(String name, Map<String, String> environment) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path log = directory.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command(port))
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return new Running(process, log, port);
    }

    private static List<String> command(int port) {
        List<String> command = new ArrayList<>(List.of("timeout", "-s", "KILL", "180"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        if (Files.exists(AOT_CACHE)) {
            command.add("-XX:AOTCache=" + AOT_CACHE); // of the stack's pods: a start costs a third then
        }
        command.addAll(List.of("-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port=" + port));
        command.addAll(List.of("-jar", "target/quarkus-app/quarkus-run.jar"));
        return command;
    }

    @Override
    public void close() {
        started.forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            process.onExit().join();
        });
    }

    final class Running {
        private final Process process;
        private final Path log;
        private final int port;

        private Running(Process process, Path log, int port) {
            this.process = process;
            this.log = log;
            this.port = port;
        }

        /// Its exit code; -1 where it still runs.
        int end(Duration patience) throws InterruptedException {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : -1;
        }

        String log() throws IOException {
            return Files.readString(log);
        }

        /// Status and body; empty while nobody listens.
        String get(String path) throws InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                return answer.statusCode() + " " + answer.body();
            } catch (IOException notYet) {
                return "";
            }
        }
    }

    private static Stream<String[]> variables(String file) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("=", 2));
        } catch (IOException failure) {
            throw new UncheckedIOException(file, failure);
        }
    }

    private static JsonNode yaml(String file) {
        try {
            return new YAMLMapper().readTree(Path.of(file).toFile());
        } catch (IOException failure) {
            throw new UncheckedIOException(file, failure);
        }
    }
}

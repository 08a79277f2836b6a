package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Images, the compose file, the collector and the workflow: read as far as that goes without an engine to run them.
class ContainersTest {
    private static final Path DOCKER = Path.of("docker");
    private static final Path WORKFLOW = Path.of(".github/workflows/ci.yaml");
    private static final Pattern PINNED = Pattern.compile("[a-z0-9./-]+:v?[0-9][0-9A-Za-z.-]*|[a-z0-9./-]+:jdk-[0-9]+");

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void dockerfile_isFitForProduction(String name) {
        assertEquals(List.of(), faults(Yaml.read(DOCKER.resolve(name))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "USER 10001:10001 | USER ballast | user",
                "FROM eclipse-temurin:25-jre-noble | FROM eclipse-temurin:latest | base",
                "FROM eclipse-temurin:25-jre-noble | FROM eclipse-temurin | base",
                "EXPOSE 8080 | HEALTHCHECK CMD true | health",
                "target/quarkus-app/ | target/no-such/ | source",
                "LABEL | ENV | label",
                "GC --enable-native-access=ALL-UNNAMED | GC | cache recorded without --enable-native-access=ALL-UNNAMED",
                "java -XX:+UseG1GC | java | cache recorded without -XX:+UseG1GC",
                "java -XX:+UseG1GC | java -XX:+UseSerialGC | cache recorded without -XX:+UseG1GC",
                "'\"-XX:+UseG1GC\", ' | '' | the JVM chooses its collector by the machine",
                "'\"-XX:+ExitOnOutOfMemoryError\", ' | '' | goes on without memory",
                "'\"-XX:MaxDirectMemorySize=128m\", ' | '' | memory beside the heap has no bound"
            })
    void dockerfile_wrong_isFoundOut(String right, String wrong, String fault) {
        List<String> faults = faults(Yaml.read(DOCKER.resolve("Dockerfile.jvm")).replace(right, wrong));
        assertTrue(faults.toString().contains(fault), faults.toString());
    }

    /// The tests read what an image's build does not have.
    @Test
    void dockerfile_thatTests_isFoundOut() {
        String dockerfile = Yaml.read(DOCKER.resolve("Dockerfile.native")).replace(" -DskipTests", "");
        assertEquals(List.of("tests in RUN ./mvnw -B --no-transfer-progress package -Pnative"), faults(dockerfile));
    }

    @Test
    void compose_imagesArePinnedAndFilesAreThere() {
        JsonNode services = Yaml.file(DOCKER.resolve("compose.yaml")).get("services");
        Set<String> names = new TreeSet<>();
        services.propertyStream().forEach(each -> {
            names.add(each.getKey());
            JsonNode service = each.getValue();
            assertTrue(PINNED.matcher(service.path("image").asText()).matches(), each.toString());
            Yaml.each(service.path("volumes"))
                    .map(volume -> volume.asText().split(":")[0])
                    .filter(source -> source.startsWith("./") && !source.startsWith("./jwt/")) // the user's own key
                    .forEach(source -> assertTrue(Files.exists(DOCKER.resolve(source)), source));
            Yaml.each(service.path("ports"))
                    .forEach(port -> assertTrue(port.asText().startsWith("127.0.0.1:"), port.asText()));
        });
        assertTrue(
                names.containsAll(Set.of("ballast", "postgres", "redis", "kafka", "jaeger", "prometheus", "grafana")));
        JsonNode ballast = services.get("ballast");
        assertTrue(ballast.path("read_only").asBoolean());
        // zstd and snappy unpack libraries there, which must be executable; without options Docker mounts noexec
        assertTrue(ballast.at("/tmpfs/0").asText().matches("/tmp:(.*,)?exec(,.*)?"), ballast.get("tmpfs") + "");
        assertTrue(ballast.at("/tmpfs/0").asText().contains("size="), "all of the memory may be filled");
        long limit = Long.parseLong(ballast.path("mem_limit").asText().replaceFirst("m$", ""));
        String dockerfile = Yaml.read(DOCKER.resolve("Dockerfile.jvm"));
        assertTrue(Pods.fits(limit, dockerfile), "memory " + limit);
        for (String share : List.of("=10", "=60")) { // too small a heap, and too large a one
            assertFalse(Pods.fits(limit, dockerfile.replace("MaxRAMPercentage=40", "MaxRAMPercentage" + share)), share);
        }
        assertEquals("unless-stopped", ballast.path("restart").asText());
        assertTrue(Files.exists(Path.of(ballast.at("/build/dockerfile").asText())));
        ballast.get("environment").propertyStream().forEach(variable -> {
            String value = variable.getValue().asText();
            Pattern.compile("//([a-z-]+):[0-9]+|^([a-z]+):[0-9]+$")
                    .matcher(value)
                    .results()
                    .map(host -> host.group(1) == null ? host.group(2) : host.group(1))
                    .forEach(host -> assertTrue(names.contains(host), variable.toString()));
            assertFalse(
                    variable.getKey().contains("PASSWORD") && !value.startsWith("${"),
                    "a password: " + variable.getKey());
        });
        assertTrue(services.at("/redis/command").toString().contains("noeviction"));
    }

    @Test
    void collector_pipelinesNameWhatIsThere() {
        JsonNode collector = Yaml.file(DOCKER.resolve("otel-collector.yaml"));
        JsonNode pipeline = collector.at("/service/pipelines/traces");
        for (String part : List.of("receivers", "processors", "exporters")) {
            Set<String> defined = collector
                    .get(part)
                    .propertyStream()
                    .map(each -> each.getKey())
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> used =
                    Yaml.each(pipeline.get(part)).map(JsonNode::asText).collect(Collectors.toCollection(TreeSet::new));
            assertEquals(defined, used, part);
        }
        Set<String> services = new TreeSet<>();
        Yaml.file(DOCKER.resolve("compose.yaml")).get("services").fieldNames().forEachRemaining(services::add);
        assertTrue(services.containsAll(Set.of("jaeger", "zipkin", "otel-collector")));
    }

    @Test
    void workflow_actionsArePinnedByCommit() {
        JsonNode jobs = Yaml.file(WORKFLOW).get("jobs");
        List<String> used = new ArrayList<>();
        jobs.forEach(job -> job.get("steps").forEach(step -> {
            if (step.has("uses")) {
                used.add(step.get("uses").asText());
            }
        }));
        assertFalse(used.isEmpty());
        used.forEach(action -> assertTrue(action.matches("[a-z-]+/[a-z-]+@[0-9a-f]{40}"), action));
        assertEquals(
                Set.of("verify", "image", "native"),
                jobs.propertyStream().map(each -> each.getKey()).collect(Collectors.toSet()));
    }

    /// An image that was built and never started is not known to start.
    @Test
    void workflow_imageIsStartedWithItsCacheDemanded() {
        assertEquals(List.of(), workflowFaults(Yaml.read(WORKFLOW)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-XX:AOTMode=on | -XX:AOTMode=auto | the cache may be refused",
                "/q/health/started | /q/health | the image is not started",
                "QUARKUS_PROFILE=local | QUARKUS_PROFILE=prod | the image is not started",
                "package -DskipTests | package | tests in ./mvnw -B --no-transfer-progress package",
                "docker/Dockerfile.native | docker/Dockerfile.jvm | no native image"
            })
    void workflow_wrong_isFoundOut(String right, String wrong, String fault) {
        assertEquals(List.of(fault), workflowFaults(Yaml.read(WORKFLOW).replace(right, wrong)));
    }

    private static List<String> workflowFaults(String workflow) {
        JsonNode jobs = Yaml.documents(workflow).getFirst().get("jobs");
        List<String> faults = new ArrayList<>();
        jobs.forEach(job -> checkTests(commands(job).lines(), faults));
        String image = commands(jobs.get("image"));
        if (!image.contains("QUARKUS_PROFILE=local") || !image.contains("/q/health/started")) {
            faults.add("the image is not started");
        }
        if (!image.contains("-XX:AOTMode=on")) {
            faults.add("the cache may be refused");
        }
        if (!commands(jobs.get("native")).contains("-f docker/Dockerfile.native ")) {
            faults.add("no native image");
        }
        return faults;
    }

    private static String commands(JsonNode job) {
        return Yaml.each(job.get("steps"))
                .map(step -> step.path("run").asText())
                .collect(Collectors.joining("\n"));
    }

    /// One job has all tests; what packages beside it would repeat them, or run them where files are missing.
    private static void checkTests(Stream<String> lines, List<String> faults) {
        lines.filter(line -> line.contains("mvnw ") && !line.contains(" verify") && !line.contains("-DskipTests"))
                .forEach(line -> faults.add("tests in " + line));
    }

    private static List<String> faults(String dockerfile) {
        List<String> faults = new ArrayList<>();
        List<String> lines =
                dockerfile.replace("\\\n", " ").lines().map(String::strip).toList();
        String last = "";
        for (String line : lines) {
            String[] words = line.split("\\s+");
            switch (words[0]) {
                case "FROM" -> {
                    if (!PINNED.matcher(words[1]).matches()) {
                        faults.add("base " + line);
                    }
                }
                case "USER" -> last = words[1];
                case "HEALTHCHECK" -> faults.add("health is asked by Kubernetes");
                case "COPY" -> {
                    if (!line.contains("--from=")) {
                        for (int i = 1; i < words.length - 1; i++) {
                            checkSource(words[i], faults);
                        }
                    }
                }
                default -> {}
            }
        }
        if (!last.matches("[1-9][0-9]*(:[1-9][0-9]*)?")) {
            faults.add("user " + last + " is not a number other than 0");
        }
        if (!dockerfile.contains("LABEL ")) {
            faults.add("no label");
        }
        checkTests(lines.stream().filter(line -> line.startsWith("RUN ")), faults);
        checkCache(lines, faults);
        checkMemory(lines, faults);
        return faults;
    }

    /// A JVM refuses an AOT cache that was recorded with other options of its modules, and starts slowly instead; what
    /// it has of the heap fits one collector.
    private static void checkCache(List<String> lines, List<String> faults) {
        List<String> recorded = options(lines, "-XX:AOTCacheOutput=");
        for (String option : options(lines, "-XX:AOTCache=")) {
            if (!recorded.contains(option)) {
                faults.add("cache recorded without " + option);
            }
        }
    }

    /// Left to itself a JVM takes the serial collector below 1,792 MB, and as much memory beside the heap as in it.
    private static void checkMemory(List<String> lines, List<String> faults) {
        lines.stream().filter(line -> line.startsWith("ENTRYPOINT [\"java\"")).forEach(entry -> Map.of(
                        "-XX:\\+Use[A-Za-z0-9]+GC", "the JVM chooses its collector by the machine",
                        "-XX:\\+ExitOnOutOfMemoryError", "goes on without memory",
                        "-XX:MaxDirectMemorySize=[0-9]+m", "memory beside the heap has no bound")
                .forEach((option, fault) -> {
                    if (!Pattern.compile(option).matcher(entry).find()) {
                        faults.add(fault);
                    }
                }));
    }

    private static List<String> options(List<String> lines, String marker) {
        return lines.stream()
                .filter(line -> line.contains(marker))
                .flatMap(line -> Pattern.compile("--[a-z-]+=[A-Za-z-]+|-XX:[+]Use[A-Za-z0-9]+GC")
                        .matcher(line)
                        .results())
                .map(found -> found.group())
                .toList();
    }

    private static void checkSource(String source, List<String> faults) {
        boolean isBuilt = source.equals("target/quarkus-app/");
        if (!source.startsWith("--") && !isBuilt && !Files.exists(Path.of(source))) {
            faults.add("source " + source);
        }
    }
}

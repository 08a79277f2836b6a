package dev.ballast.load;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Ports;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// How long a pod takes from the start of its process to the first user that it answers with, and what memory it then
/// has, with and without an AOT cache in turn. The figures are medians, and printed. What fails is a pod that does not
/// answer, a JVM that does not take the cache, and a cache that does not help. `-Dballast.aot=true` makes it, with
/// requests to real servers: that of the image knows less.
@EnabledIfSystemProperty(named = "ballast.soak", matches = ".+")
class StartupIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final Path CACHE = Path.of("target/quarkus-app/pod.aot").toAbsolutePath();
    private static final String PLAIN = "JVM";
    private static final String CACHED = "JVM with AOT cache";
    private static final int ROUNDS = 5;
    private static final int CONNECTIONS = 32;
    private static final int USERS = 10_000;
    private static final Duration LOAD = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /// @param answerMs from the start of the process to the first 200
    /// @param cpuMs of all its threads, until it is ready
    /// @param startedKb resident, once it is ready
    /// @param loadedKb resident, after the load
    private record Start(long answerMs, long cpuMs, long startedKb, long loadedKb) {}

    @BeforeAll
    static void awaitCache() {
        try (Pod first = STACK.pod("startup-first").start()) {
            assertEquals(200, status(first.url() + "/users/1"));
        }
        await("the cache is made with -Dballast.aot=true")
                .atMost(Duration.ofMinutes(3))
                .until(() -> Files.exists(CACHE));
    }

    @Test
    void start_withAndWithoutCache_answers() throws Exception {
        Map<String, List<String>> ways = new LinkedHashMap<>();
        ways.put(PLAIN, List.of("-Xshare:auto"));
        ways.put(CACHED, List.of("-XX:AOTCache=" + CACHE, "-XX:AOTMode=on"));
        Map<String, List<Start>> starts = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (var way : ways.entrySet()) {
                starts.computeIfAbsent(way.getKey(), _ -> new ArrayList<>()).add(measure(way.getValue()));
            }
        }
        System.out.println("| start | first answer | processor time until ready | resident then | after load |");
        System.out.println("|---|---|---|---|---|");
        starts.forEach((way, all) -> System.out.printf(
                "| %s | %.2f s | %.1f s | %d MiB | %d MiB |%n",
                way,
                median(all, Start::answerMs) / 1000.0,
                median(all, Start::cpuMs) / 1000.0,
                median(all, Start::startedKb) / 1024,
                median(all, Start::loadedKb) / 1024));
        System.out.println("all starts: " + starts);
        assertTrue(
                median(starts.get(CACHED), Start::answerMs) < median(starts.get(PLAIN), Start::answerMs),
                "the cache does not help");
    }

    private static Start measure(List<String> flags) throws Exception {
        int port = Ports.anyFree();
        String url = "http://localhost:" + port;
        try (Pod pod = STACK.pod("startup").port(port)) {
            flags.forEach(pod::jvm);
            CompletableFuture<Instant> answered = CompletableFuture.supplyAsync(() -> firstAnswer(url + "/users/1"));
            pod.start();
            ProcessHandle process = ProcessHandle.of(pod.status().pid()).orElseThrow();
            Instant begin = process.info().startInstant().orElseThrow();
            Duration cpu = process.info().totalCpuDuration().orElseThrow();
            long started = residentKb(process.pid());
            Load.Report load =
                    new Load(url, Tokens.service(), CONNECTIONS).run(LOAD, n -> "/users/" + (1 + n * 7_919 % USERS));
            assertEquals(0, load.errors(), load.toString());
            assertTrue(load.requests() > 100, load.toString());
            long answerMs = Duration.between(begin, answered.join()).toMillis();
            return new Start(answerMs, cpu.toMillis(), started, residentKb(process.pid()));
        }
    }

    /// Asks every few milliseconds until a user is answered.
    private static Instant firstAnswer(String url) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (status(url) != 200) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no answer from " + url);
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        return Instant.now();
    }

    /// 0 for no answer.
    private static int status(String url) {
        try {
            HttpURLConnection call = (HttpURLConnection) URI.create(url).toURL().openConnection();
            call.setRequestProperty("Authorization", "Bearer " + Tokens.service());
            call.setConnectTimeout(1_000);
            call.setReadTimeout(5_000);
            try {
                return call.getResponseCode();
            } finally {
                call.disconnect();
            }
        } catch (IOException notYet) {
            return 0;
        }
    }

    private static long residentKb(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static long median(List<Start> starts, ToLongFunction<Start> of) {
        return starts.stream().mapToLong(of).sorted().toArray()[starts.size() / 2];
    }
}

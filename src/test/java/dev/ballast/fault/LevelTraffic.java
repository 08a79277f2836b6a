package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Callers of a pod's features, twenty requests a second of each, who do not wait for one another, and Kubernetes'
/// probes; each answer timed.
final class LevelTraffic implements AutoCloseable {
    /// Users that are asked for, so few that the caches know them.
    static final int USERS = 20;

    /// Not those by whose balances other tests know the seed.
    private static final int FIRST_USER = 9_001;

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration PROBE_PAUSE = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_WAITING = 500;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;
    private final String token = Tokens.service();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private final List<Thread> callers = new ArrayList<>();

    /// One answer.
    ///
    /// @param feature that was asked
    /// @param begin by [System#nanoTime()]
    /// @param status 0 where there was none
    /// @param source of recommendations
    record Call(String feature, long begin, long nanos, int status, boolean retryAfter, String source) {
        /// Whether it was turned away because the pod had too much to do, which a young one may have for a moment.
        boolean isShed() {
            return status == 503 && source.contains("too much to do");
        }

        boolean isServerError() {
            return status == 0 || status >= 500;
        }
    }

    LevelTraffic(Pod pod) {
        this.url = pod.url();
        callers.add(loop("recommendations", PAUSE, () -> get("/recommendations/" + user())));
        callers.add(loop("users", PAUSE, () -> get("/users/" + user())));
        callers.add(loop("payments", PAUSE, this::payment));
        callers.add(loop("readiness", PROBE_PAUSE, () -> get("/q/health/ready")));
        callers.add(loop("liveness", PROBE_PAUSE, () -> get("/q/health/live")));
    }

    /// Calls that began in this stretch, by [System#nanoTime()].
    List<Call> between(long from, long until) {
        return calls.stream()
                .filter(call -> call.begin() - from >= 0 && call.begin() - until < 0)
                .toList();
    }

    /// In milliseconds.
    ///
    /// @throws AssertionError where nobody called
    static double p99(List<Call> calls, String feature) {
        long[] sorted = calls.stream()
                .filter(call -> call.feature().equals(feature))
                .mapToLong(Call::nanos)
                .sorted()
                .toArray();
        assertTrue(sorted.length > 0, "nobody called " + feature);
        return sorted[(int) (0.99 * (sorted.length - 1))] / 1e6;
    }

    @Override
    public void close() throws InterruptedException {
        running.set(false);
        for (Thread caller : callers) {
            caller.join();
        }
        waiting.acquire(MOST_WAITING);
    }

    /// One request after the other begins, whether those before are answered or not.
    private Thread loop(String feature, Duration pause, RequestSource request) {
        return Thread.startVirtualThread(() -> {
            while (running.get()) {
                HttpRequest next = request.next();
                if (waiting.tryAcquire()) {
                    Thread.startVirtualThread(() -> {
                        calls.add(call(feature, next));
                        waiting.release();
                    });
                }
                LockSupport.parkNanos(pause.toNanos());
            }
        });
    }

    private interface RequestSource {
        HttpRequest next();
    }

    private Call call(String feature, HttpRequest request) {
        long begin = System.nanoTime();
        int status = 0;
        boolean retryAfter = false;
        String source = "";
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            status = response.statusCode();
            retryAfter = response.headers().firstValue("Retry-After").isPresent();
            source = response.body().replaceAll(".*\"source\":\"([a-z]+)\".*", "$1");
        } catch (IOException noAnswer) {
            status = 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new Call(feature, begin, System.nanoTime() - begin, status, retryAfter, source);
    }

    private HttpRequest get(String path) {
        return request(path).build();
    }

    private HttpRequest payment() {
        String body = "{\"orderId\":\"level-%s\",\"userId\":%d,\"amount\":1,\"currency\":\"EUR\"}"
                .formatted(Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36), user());
        return request("/payments")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + token)
                .timeout(PATIENCE);
    }

    private static int user() {
        return FIRST_USER + ThreadLocalRandom.current().nextInt(USERS);
    }
}

package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Two pods behind one address are replaced one after the other, as Kubernetes does it, while users read and pay: no
/// request fails, and every payment is settled.
class RollingUpgradeIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final Duration A_WHILE = Duration.ofMillis(1_500);
    private static final Duration DELAY = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TERMINATED = 143;
    private static final String CHANGE = """
        {"name":"Under Way","email":"under-way@example.org","plan":"pro"}\
        """;

    private static Pod one;
    private static Pod other;

    @BeforeAll
    static void makePods() {
        one = pod("one");
        other = pod("other");
    }

    /// A machine that is busy starting pods makes statements slow, which is not what this is about.
    private static Pod pod(String name) {
        return STACK.pod(name)
                .property("quarkus.shutdown.delay", DELAY.toString())
                .property("ballast.database.timeout", "15S");
    }

    @BeforeEach
    void startPods() {
        one.start();
        other.start();
    }

    @AfterAll
    static void endPods() {
        one.close();
        other.close();
    }

    /// Under `-Psoak`, as it takes minutes.
    @Test
    @EnabledIfSystemProperty(named = "ballast.soak", matches = ".+")
    void podsReplacedOneAfterTheOther_noRequestFailsAndEveryPaymentIsSettled() throws Exception {
        try (EventLoop loop = new EventLoop();
                Balancer balancer = new Balancer(loop, List.of(one.url(), other.url()))) {
            await().atMost(PATIENCE).until(() -> balancer.ready() == 2);
            Callers callers = new Callers(loop, balancer.url());
            for (Pod replaced : List.of(one, other)) {
                callers.goOn(A_WHILE);
                assertEquals(TERMINATED, replaced.stop().exitCode(), "it ends by itself");
                replaced.start();
                await().atMost(PATIENCE).until(() -> balancer.ready() == 2);
            }
            callers.goOn(A_WHILE);
            callers.stop();

            System.out.printf("two pods, replaced one after the other: %s%n", callers.outcomes);
            assertEquals(Set.of("read 200", "paid 202"), callers.outcomes.keySet());
            int paid = callers.outcomes.get("paid 202");
            await().atMost(PATIENCE).untilAsserted(() -> assertEquals(paid, completed(callers.payer)));
            for (Pod pod : List.of(one, other)) {
                // while it starts again it may say once more that it is not ready yet
                List<String> seen = balancer.seen(pod.url());
                assertEquals(List.of("200", "503", "gone"), seen.subList(0, 3), "it leaves before it is gone");
                assertEquals("200", seen.getLast());
            }
        }
    }

    /// The request is a change that waits for a row which the test has locked.
    @Test
    void podTerminated_requestUnderWayIsAnsweredAndConnectionsAreClosedInOrder() throws Exception {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement()) {
            await().atMost(PATIENCE).until(() -> send("/users/5", CHANGE).join().statusCode() == 200);
            sql.setAutoCommit(false);
            statement.execute("SELECT 1 FROM users WHERE id = 5 FOR UPDATE");
            CompletableFuture<HttpResponse<String>> change = send("/users/5", CHANGE);
            await().atMost(PATIENCE).until(RollingUpgradeIT::someoneWaits);

            CompletableFuture<Integer> exit =
                    CompletableFuture.supplyAsync(() -> one.stop().exitCode());
            await().atMost(DELAY).until(() -> status("/q/health/ready") == 503);
            HttpResponse<String> late = send("/users/1", null).join();
            assertEquals(200, late.statusCode(), "whoever has not heard of it yet is served");
            assertEquals("close", late.headers().firstValue("Connection").orElse("kept"));
            await().pollDelay(DELAY).until(() -> true);
            assertTrue(!exit.isDone() && !change.isDone(), "it waits for the request");
            sql.rollback();

            assertEquals(200, change.join().statusCode(), change.join().body());
            assertEquals(TERMINATED, exit.join());
        }
    }

    private static int status(String path) {
        return send(path, null).join().statusCode();
    }

    /// To the first pod, on a connection of its own.
    private static CompletableFuture<HttpResponse<String>> send(String path, String changeOrNull) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(one.url() + path))
                .header("Authorization", "Bearer " + Tokens.service())
                .header("Content-Type", "application/json");
        if (changeOrNull != null) {
            request.PUT(HttpRequest.BodyPublishers.ofString(changeOrNull));
        }
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static boolean someoneWaits() throws SQLException {
        return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0;
    }

    private static long completed(Payer payer) throws SQLException {
        return number("SELECT count(*) FROM orders WHERE status = 'COMPLETED' AND user_id = " + payer.user);
    }

    private static long number(String query) throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Read and pay, forty and ten times a second, over connections that are kept, and send nothing twice.
    private static final class Callers {
        private static final int EVERY_MS = 20;
        private static final int ONE_PAYS_OF = 5;

        private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();
        private final EventLoop loop;
        private final String url;
        private final Payer payer;
        private final String token = Tokens.service();
        private final io.vertx.core.http.HttpClient client;
        private final long timer;
        private volatile int sent;

        Callers(EventLoop loop, String url) throws SQLException {
            this.loop = loop;
            this.url = url;
            try (Connection sql = STACK.sql()) {
                this.payer = Payer.create(sql, 1_000_000);
            }
            this.client = loop.vertx()
                    .createHttpClient(
                            new HttpClientOptions().setKeepAlive(true), new PoolOptions().setHttp1MaxSize(16));
            this.timer = loop.vertx().setPeriodic(EVERY_MS, _ -> {
                if (++sent % ONE_PAYS_OF == 0) {
                    String order = "{\"orderId\":\"%s\",\"userId\":%d,\"amount\":1,\"currency\":\"EUR\"}";
                    call("paid ", HttpMethod.POST, "/payments", order.formatted(PaymentCalls.orderId(), payer.user));
                } else {
                    call("read ", HttpMethod.GET, "/users/" + (1 + sent % 1_000), "");
                }
            });
        }

        private void call(String what, HttpMethod method, String path, String body) {
            RequestOptions options = new RequestOptions()
                    .setMethod(method)
                    .setAbsoluteURI(url + path)
                    .setTimeout(20_000)
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Authorization", "Bearer " + token);
            client.request(options)
                    .compose(request -> request.send(body))
                    .compose(response -> response.body().map(Integer.toString(response.statusCode())))
                    .otherwise(Throwable::toString)
                    .onSuccess(outcome -> outcomes.merge(what + outcome, 1, Integer::sum));
        }

        void goOn(Duration time) {
            await().pollDelay(time).atMost(PATIENCE).until(() -> true);
        }

        void stop() {
            loop.vertx().cancelTimer(timer);
            await().atMost(PATIENCE)
                    .until(() -> outcomes.values().stream()
                                    .mapToInt(Integer::intValue)
                                    .sum()
                            == sent);
        }
    }
}

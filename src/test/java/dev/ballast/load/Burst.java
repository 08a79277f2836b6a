package dev.ballast.load;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The same request many times at once, over a connection each, spread evenly over pods.
public final class Burst implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final List<String> urls;
    private final List<HttpClient> clients;
    private final String token;
    private final int perPod;

    /// Opens the connections.
    ///
    /// @param urls of pods, `http://host:port`
    public Burst(List<String> urls, String token, int perPod) throws InterruptedException {
        this.urls = urls;
        this.token = token;
        this.perPod = perPod;
        this.clients = urls.stream()
                .map(_ -> vertx.createHttpClient(
                        new HttpClientOptions().setKeepAlive(true).setKeepAliveTimeout(60),
                        new PoolOptions().setHttp1MaxSize(perPod).setMaxWaitQueueSize(perPod)))
                .toList();
        fire("/q/health/live");
    }

    /// Sends the requests together and waits for all answers.
    public Answers fire(String path) throws InterruptedException {
        int all = urls.size() * perPod;
        CountDownLatch answered = new CountDownLatch(all);
        Map<String, Long> statuses = new TreeMap<>();
        Map<String, Long> tiers = new TreeMap<>();
        Map<String, Long> problems = new TreeMap<>();
        long begin = System.nanoTime();
        vertx.runOnContext(_ -> {
            for (int i = 0; i < all; i++) {
                send(i % urls.size(), path, answered, statuses, tiers, problems);
            }
        });
        if (!answered.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(answered.getCount() + " of " + all + " have no answer");
        }
        return new Answers(statuses, tiers, problems, Duration.ofNanos(System.nanoTime() - begin));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void send(
            int pod,
            String path,
            CountDownLatch answered,
            Map<String, Long> statuses,
            Map<String, Long> tiers,
            Map<String, Long> problems) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(urls.get(pod) + path)
                .setTimeout(30_000)
                .putHeader("Authorization", "Bearer " + token);
        clients.get(pod)
                .request(options)
                .compose(request -> request.send())
                .compose(response -> response.body().map(body -> {
                    if (response.statusCode() != 200) {
                        problems.merge(body.toJsonObject().getString("detail"), 1L, Long::sum);
                    }
                    return response;
                }))
                .onComplete(result -> {
                    if (result.succeeded()) {
                        statuses.merge("" + result.result().statusCode(), 1L, Long::sum);
                        tiers.merge("" + result.result().getHeader("Cache-Status"), 1L, Long::sum);
                    } else {
                        statuses.merge(result.cause().getClass().getSimpleName(), 1L, Long::sum);
                    }
                    answered.countDown();
                });
    }

    /// What came back.
    ///
    /// @param statuses how often each status came, or each kind of failure to get one
    /// @param tiers how often each `Cache-Status`
    /// @param problems how often each problem's detail
    /// @param took from the first request to the last answer
    public record Answers(
            Map<String, Long> statuses, Map<String, Long> tiers, Map<String, Long> problems, Duration took) {
        public long succeeded() {
            return statuses.getOrDefault("200", 0L);
        }
    }
}

package dev.ballast.load;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/// Requests at a rate that does not depend on the answers, as callers send them who do not know of one another.
/// What finds its connections taken counts as not answered: those are as many as callers would wait for. Latencies
/// begin when a request was due, the time included that it waited here to be sent.
public final class OpenLoop {
    private static final long TICK_MS = 5;

    private final String url;
    private final String token;

    /// @param url the service, `http://host:port`
    /// @param token sent with every request
    public OpenLoop(String url, String token) {
        this.url = url;
        this.token = token;
    }

    /// A kind of request.
    ///
    /// @param bodyOrNull makes the body of the n-th request; null for a GET
    public record Kind(
            String name,
            double perSecond,
            int connections,
            LongFunction<String> path,
            LongFunction<String> bodyOrNull) {}

    /// What became of a kind.
    ///
    /// @param failedBySecond how many of those that began in each second were not answered by 2xx
    public record Outcome(
            String name,
            long offered,
            Map<String, Long> statuses,
            Map<Long, Long> failedBySecond,
            Duration p50,
            Duration p99) {
        /// Of 1.
        public double successRatio() {
            long good = statuses.entrySet().stream()
                    .filter(status -> status.getKey().startsWith("2"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            return offered == 0 ? 0 : (double) good / offered;
        }

        @Override
        public String toString() {
            return "%s: %,d offered, %.1f %% succeeded, p50 %.0f ms, p99 %.0f ms of those, statuses %s, failed by second %s"
                    .formatted(
                            name,
                            offered,
                            100 * successRatio(),
                            p50.toNanos() / 1e6,
                            p99.toNanos() / 1e6,
                            statuses,
                            failedBySecond);
        }
    }

    /// Sends all kinds at once for this long.
    public List<Outcome> run(Duration duration, List<Kind> kinds) throws InterruptedException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            List<Sender> senders = new ArrayList<>();
            CountDownLatch over = new CountDownLatch(kinds.size());
            vertx.runOnContext(_ -> kinds.forEach(kind -> {
                Sender sender = new Sender(vertx, kind, duration, over);
                senders.add(sender);
                sender.start();
            }));
            if (!over.await(duration.toSeconds() + 30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("requests hang");
            }
            return senders.stream().map(Sender::outcome).toList();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /// All state is the event loop's own.
    private final class Sender {
        private final Vertx vertx;
        private final Kind kind;
        private final HttpClient client;
        private final CountDownLatch over;
        private final long begin = System.nanoTime();
        private final long duration;
        private final Map<String, Long> statuses = new TreeMap<>();
        private final Map<Long, Long> failedBySecond = new TreeMap<>();
        private final List<Long> good = new ArrayList<>();
        private long offered;
        private long pending;
        private boolean ended;

        Sender(Vertx vertx, Kind kind, Duration duration, CountDownLatch over) {
            this.vertx = vertx;
            this.kind = kind;
            this.duration = duration.toNanos();
            this.over = over;
            this.client = vertx.createHttpClient(
                    new HttpClientOptions().setKeepAlive(true),
                    new PoolOptions().setHttp1MaxSize(kind.connections()).setMaxWaitQueueSize(kind.connections()));
        }

        void start() {
            vertx.setPeriodic(TICK_MS, timer -> {
                long passed = System.nanoTime() - begin;
                if (passed >= duration) {
                    vertx.cancelTimer(timer);
                    ended = true;
                    done();
                    return;
                }
                long due = (long) (kind.perSecond() * passed / 1e9);
                while (offered < due) {
                    send(offered++);
                }
            });
        }

        private void send(long n) {
            // when it was due: a caller does not wait for others to be sent
            long start = begin + (long) (n / kind.perSecond() * 1e9);
            pending++;
            RequestOptions options = new RequestOptions()
                    .setMethod(kind.bodyOrNull() == null ? HttpMethod.GET : HttpMethod.POST)
                    .setAbsoluteURI(url + kind.path().apply(n))
                    .setTimeout(10_000)
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Authorization", "Bearer " + token);
            client.request(options)
                    .compose(request -> kind.bodyOrNull() == null
                            ? request.send()
                            : request.send(Buffer.buffer(kind.bodyOrNull().apply(n))))
                    .compose(response -> response.body().map(Integer.toString(response.statusCode())))
                    .onComplete(result -> {
                        String status = result.succeeded()
                                ? result.result()
                                : result.cause().getClass().getSimpleName();
                        statuses.merge(status, 1L, Long::sum);
                        if (status.startsWith("2")) {
                            good.add(System.nanoTime() - start);
                        } else {
                            failedBySecond.merge((start - begin) / 1_000_000_000, 1L, Long::sum);
                        }
                        pending--;
                        done();
                    });
        }

        private void done() {
            if (ended && pending == 0) {
                over.countDown();
            }
        }

        Outcome outcome() {
            long[] sorted = good.stream().mapToLong(Long::longValue).sorted().toArray();
            return new Outcome(
                    kind.name(), offered, statuses, failedBySecond, quantile(sorted, 0.5), quantile(sorted, 0.99));
        }

        private static Duration quantile(long[] sorted, double q) {
            return sorted.length == 0 ? Duration.ZERO : Duration.ofNanos(sorted[(int) (q * (sorted.length - 1))]);
        }
    }
}

package dev.ballast.load;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/// A closed loop of HTTP requests over a fixed number of connections, each with one request under way: what `wrk`
/// does, for machines without it. One event loop, so that the load leaves the other core to the service.
public final class Load {
    private final String url;
    private final String token;
    private final int connections;

    /// @param url the service, `http://host:port`
    /// @param token sent with every request
    public Load(String url, String token, int connections) {
        this.url = url;
        this.token = token;
        this.connections = connections;
    }

    /// Sends GETs for this long.
    ///
    /// @param path makes the path of the n-th request
    public Report run(Duration duration, LongFunction<String> path) throws InterruptedException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            HttpClient client = vertx.createHttpClient(
                    new HttpClientOptions().setKeepAlive(true),
                    new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(connections));
            Loop loop = new Loop(client, path, System.nanoTime() + duration.toNanos());
            vertx.runOnContext(start -> {
                for (int i = 0; i < connections; i++) {
                    loop.next();
                }
            });
            if (!loop.idle.await(duration.toSeconds() + 30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("requests hang: " + loop.report(duration));
            }
            return loop.report(duration);
        } finally {
            vertx.close();
        }
    }

    /// What came back.
    ///
    /// @param outcomes how often each status came, or each kind of failure to get one
    public record Report(long requests, Map<String, Long> outcomes, double perSecond, Duration p50, Duration p99) {
        /// Requests that were not answered with 200.
        public long errors() {
            return requests - outcomes.getOrDefault("200", 0L);
        }

        @Override
        public String toString() {
            return "%,d requests, %,.0f/s, p50 %.1f ms, p99 %.1f ms, outcomes %s"
                    .formatted(requests, perSecond, p50.toNanos() / 1e6, p99.toNanos() / 1e6, outcomes);
        }
    }

    /// All state is the event loop's own.
    private final class Loop {
        private final HttpClient client;
        private final LongFunction<String> path;
        private final long deadline;
        private final CountDownLatch idle = new CountDownLatch(connections);
        private final Map<String, Long> outcomes = new TreeMap<>();
        private long[] nanos = new long[1 << 16];
        private int count;
        private long sent;

        Loop(HttpClient client, LongFunction<String> path, long deadline) {
            this.client = client;
            this.path = path;
            this.deadline = deadline;
        }

        void next() {
            long start = System.nanoTime();
            if (start >= deadline) {
                idle.countDown();
                return;
            }
            send(path.apply(sent++)).onComplete(result -> {
                String outcome = result.succeeded()
                        ? result.result()
                        : result.cause().getClass().getSimpleName();
                outcomes.merge(outcome, 1L, Long::sum);
                record(System.nanoTime() - start);
                next();
            });
        }

        private Future<String> send(String uri) {
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setAbsoluteURI(url + uri)
                    .setTimeout(10_000)
                    .putHeader("Authorization", "Bearer " + token);
            return client.request(options).compose(request -> request.send()).compose(response -> response.body()
                    .map(Integer.toString(response.statusCode())));
        }

        private void record(long elapsed) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            nanos[count++] = elapsed;
        }

        Report report(Duration duration) {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return new Report(
                    count,
                    Map.copyOf(outcomes),
                    count / (duration.toNanos() / 1e9),
                    quantile(sorted, 0.50),
                    quantile(sorted, 0.99));
        }

        private Duration quantile(long[] sorted, double q) {
            return sorted.length == 0 ? Duration.ZERO : Duration.ofNanos(sorted[(int) (q * (sorted.length - 1))]);
        }
    }
}

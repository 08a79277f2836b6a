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
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// A closed loop of HTTP requests over a fixed number of connections, each with one request under way: what `wrk`
/// does, for machines without it. One event loop, so that the load leaves the other core to the service.
public final class Load {
    private static final Duration LONGEST = Duration.ofMinutes(2);

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
        return trace(duration, path).between(Duration.ZERO, duration);
    }

    /// Sends this many GETs.
    public Report run(long requests, LongFunction<String> path) throws InterruptedException {
        long begin = System.nanoTime();
        Trace trace = trace(LONGEST, requests, path);
        return trace.between(Duration.ZERO, Duration.ofNanos(System.nanoTime() - begin));
    }

    /// As [#run], to be looked at stretch by stretch.
    public Trace trace(Duration duration, LongFunction<String> path) throws InterruptedException {
        return trace(duration, Long.MAX_VALUE, path);
    }

    private Trace trace(Duration duration, long requests, LongFunction<String> path) throws InterruptedException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            HttpClient client = vertx.createHttpClient(
                    new HttpClientOptions().setKeepAlive(true),
                    new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(connections));
            Loop loop = new Loop(client, path, System.nanoTime(), duration, requests);
            vertx.runOnContext(start -> {
                for (int i = 0; i < connections; i++) {
                    loop.next();
                }
            });
            if (!loop.idle.await(duration.toSeconds() + 30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("requests hang: " + loop.trace().between(Duration.ZERO, duration));
            }
            return loop.trace();
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

    /// Every request of a run: when it was sent, how long its answer took and what it was.
    public static final class Trace {
        private final long[] sent;
        private final long[] nanos;
        private final String[] outcomes;

        private Trace(long[] sent, long[] nanos, String[] outcomes) {
            this.sent = sent;
            this.nanos = nanos;
            this.outcomes = outcomes;
        }

        /// What came of the requests sent in this stretch.
        ///
        /// @param from since the run began
        /// @param until since the run began
        public Report between(Duration from, Duration until) {
            int[] chosen = IntStream.range(0, sent.length)
                    .filter(i -> sent[i] >= from.toNanos() && sent[i] < until.toNanos())
                    .toArray();
            long[] sorted =
                    IntStream.of(chosen).mapToLong(i -> nanos[i]).sorted().toArray();
            Map<String, Long> counts = new TreeMap<>();
            IntStream.of(chosen).forEach(i -> counts.merge(outcomes[i], 1L, Long::sum));
            double seconds = until.minus(from).toNanos() / 1e9;
            return new Report(
                    chosen.length,
                    Map.copyOf(counts),
                    chosen.length / seconds,
                    quantile(sorted, 0.50),
                    quantile(sorted, 0.99));
        }

        /// How long the slowest answer took.
        public Duration slowest() {
            return Duration.ofNanos(LongStream.of(nanos).max().orElse(0));
        }

        private static Duration quantile(long[] sorted, double q) {
            return sorted.length == 0 ? Duration.ZERO : Duration.ofNanos(sorted[(int) (q * (sorted.length - 1))]);
        }
    }

    /// All state is the event loop's own.
    private final class Loop {
        private final HttpClient client;
        private final LongFunction<String> path;
        private final long begin;
        private final long duration;
        private final long requests;
        private final CountDownLatch idle = new CountDownLatch(connections);
        private long[] starts = new long[1 << 16];
        private long[] nanos = new long[1 << 16];
        private String[] outcomes = new String[1 << 16];
        private int count;
        private long sent;

        Loop(HttpClient client, LongFunction<String> path, long begin, Duration duration, long requests) {
            this.requests = requests;
            this.client = client;
            this.path = path;
            this.begin = begin;
            this.duration = duration.toNanos();
        }

        void next() {
            long start = System.nanoTime() - begin;
            if (start >= duration || sent == requests) {
                idle.countDown();
                return;
            }
            send(path.apply(sent++)).onComplete(result -> {
                String outcome = result.succeeded()
                        ? result.result()
                        : result.cause().getClass().getSimpleName();
                record(start, System.nanoTime() - begin - start, outcome);
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

        private void record(long start, long elapsed, String outcome) {
            if (count == nanos.length) {
                starts = Arrays.copyOf(starts, count * 2);
                nanos = Arrays.copyOf(nanos, count * 2);
                outcomes = Arrays.copyOf(outcomes, count * 2);
            }
            starts[count] = start;
            nanos[count] = elapsed;
            outcomes[count++] = outcome;
        }

        Trace trace() {
            return new Trace(Arrays.copyOf(starts, count), Arrays.copyOf(nanos, count), Arrays.copyOf(outcomes, count));
        }
    }
}

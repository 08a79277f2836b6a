package dev.ballast.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.redis.RedisProcess;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.redisson.Redisson;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/// Checks of three dimensions a second, and what they add to a request: this service's limiter against Bucket4j and
/// Redisson, on a real Redis beside the JVM. Everyone keeps 64 checks under way and admits all of them. The peers know
/// no decision over several limits, so they ask for all three at the same time, and what one of them consumed while
/// another one rejects is lost.
///
/// `ballast`: its defaults, two exact logs and a token bucket; `ballast-buckets`: three token buckets, as Bucket4j, by
/// compare and swap; Redisson remembers each admission in a sorted set.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class PeersBenchmark {
    private static final int UNDER_WAY = 64;
    private static final int IDENTIFIERS = 1_000;
    private static final int ENDPOINTS = 16;

    private static final Limit IP = new Limit("ip", 100_000, Duration.ofMinutes(1));
    private static final Limit USER = new Limit("user", 1_000_000, Duration.ofHours(1));
    private static final Limit ENDPOINT = new Limit("endpoint", 1_000_000, Duration.ofSeconds(100));

    private static final ConcurrentHistogram LATENCIES =
            new ConcurrentHistogram(TimeUnit.SECONDS.toNanos(10), 3);

    @Param({"ballast", "ballast-buckets", "bucket4j", "redisson"})
    public String limiter;

    private final Semaphore places = new Semaphore(UNDER_WAY);
    private final SplittableRandom random = new SplittableRandom(1);
    private RedisProcess server;
    private AutoCloseable peer;
    private Check check;

    private record Limit(String name, long limit, Duration window) {}

    /// Checks one request, and says whether it is admitted.
    private interface Check {
        void of(String address, String user, String endpoint, BiConsumer<Boolean, Throwable> done);
    }

    /// Starts Redis and the limiter.
    @Setup
    public void open() {
        server = new RedisProcess().start();
        switch (limiter) {
            case "ballast" -> ballast(Algorithm.SLIDING_WINDOW_LOG);
            case "ballast-buckets" -> ballast(Algorithm.TOKEN_BUCKET);
            case "bucket4j" -> bucket4j();
            case "redisson" -> redisson();
            default -> throw new IllegalArgumentException(limiter);
        }
    }

    /// Waits for what is under way, and ends both.
    @TearDown
    public void close() throws Exception {
        places.acquire(UNDER_WAY);
        peer.close();
        server.close();
    }

    /// From asking to the answer, of one iteration.
    @TearDown(Level.Iteration)
    public void tell() {
        System.out.printf(
                "p50 %.1f ms, p99 %.1f ms; ",
                LATENCIES.getValueAtPercentile(50) / 1e6, LATENCIES.getValueAtPercentile(99) / 1e6);
        LATENCIES.reset();
    }

    /// One check, as soon as fewer than 64 are under way.
    @Benchmark
    public void check() throws InterruptedException {
        places.acquire();
        long begin = System.nanoTime();
        check.of(
                "10.0.0." + random.nextInt(IDENTIFIERS),
                "u" + random.nextInt(IDENTIFIERS),
                "e" + random.nextInt(ENDPOINTS),
                (admitted, failure) -> {
                    if (failure != null || !admitted) {
                        System.err.println("not admitted: " + failure);
                    }
                    LATENCIES.recordValue(System.nanoTime() - begin);
                    places.release();
                });
    }

    private void ballast(Algorithm algorithm) {
        LimiterFixture fixture = new LimiterFixture(server);
        peer = fixture;
        Policy ip = policy(IP, algorithm);
        Policy user = policy(USER, algorithm);
        Policy endpoint = policy(ENDPOINT, Algorithm.TOKEN_BUCKET);
        Context eventLoop = fixture.redis.vertx().getOrCreateContext();
        check = (address, who, where, done) -> eventLoop.runOnContext(_ -> fixture.limiter
                .check(List.of(
                        new Charge(ip, "", address, 1),
                        new Charge(user, "", who, 1),
                        new Charge(endpoint, "", where, 1)))
                .subscribe()
                .with(
                        decision -> done.accept(decision instanceof Decision.Admitted, null),
                        failure -> done.accept(false, failure)));
    }

    private static Policy policy(Limit limit, Algorithm algorithm) {
        return new Policy(
                limit.name, algorithm, limit.limit, limit.window, limit.limit, false, FailureMode.CLOSED, 0);
    }

    private void bucket4j() {
        RedisClient client = RedisClient.create(server.url());
        peer = client::shutdown;
        AsyncProxyManager<byte[]> buckets = Bucket4jLettuce.casBasedBuilder(client)
                .expirationAfterWrite(
                        ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(Duration.ofSeconds(10)))
                .build()
                .asAsync();
        check = (address, who, where, done) -> all(
                done,
                consume(buckets, IP, address),
                consume(buckets, USER, who),
                consume(buckets, ENDPOINT, where));
    }

    private static CompletableFuture<Boolean> consume(
            AsyncProxyManager<byte[]> buckets, Limit limit, String identifier) {
        BucketConfiguration configuration = BucketConfiguration.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(limit.limit)
                        .refillGreedy(limit.limit, limit.window)
                        .build())
                .build();
        return buckets.builder()
                .build(
                        (limit.name + ":" + identifier).getBytes(UTF_8),
                        () -> CompletableFuture.completedFuture(configuration))
                .tryConsume(1);
    }

    private void redisson() {
        Config config = new Config();
        config.useSingleServer().setAddress(server.url());
        RedissonClient client = Redisson.create(config);
        peer = client::shutdown;
        for (int i = 0; i < IDENTIFIERS; i++) {
            rate(client, IP, "10.0.0." + i);
            rate(client, USER, "u" + i);
        }
        for (int i = 0; i < ENDPOINTS; i++) {
            rate(client, ENDPOINT, "e" + i);
        }
        check = (address, who, where, done) -> all(
                done, acquire(client, IP, address), acquire(client, USER, who), acquire(client, ENDPOINT, where));
    }

    private static void rate(RedissonClient client, Limit limit, String identifier) {
        client.getRateLimiter(limit.name + ":" + identifier)
                .trySetRate(RateType.OVERALL, limit.limit, limit.window);
    }

    private static CompletableFuture<Boolean> acquire(RedissonClient client, Limit limit, String identifier) {
        RRateLimiter known = client.getRateLimiter(limit.name + ":" + identifier);
        return known.tryAcquireAsync(1).toCompletableFuture();
    }

    @SafeVarargs
    private static void all(BiConsumer<Boolean, Throwable> done, CompletableFuture<Boolean>... answers) {
        CompletableFuture.allOf(answers)
                .thenApply(_ -> List.of(answers).stream().allMatch(CompletableFuture::join))
                .whenComplete(done);
    }
}

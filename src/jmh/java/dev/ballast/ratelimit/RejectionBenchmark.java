package dev.ballast.ratelimit;

import dev.ballast.origin.Breaker;
import dev.ballast.redis.RedisProcess;
import dev.ballast.tracing.Tracing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to reject who hammers on: from the deny cache, and by Redis each time. 64 requests come in the same
/// turn of an event loop, as from as many connections.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RejectionBenchmark {
    private static final int AT_ONCE = 64;

    private final List<Charge> request = List.of(charge("ip"), charge("user"), charge("endpoint"));
    private RedisProcess server;
    private LimiterFixture fixture;
    private Batches redis;

    /// Starts Redis, and uses the limits up.
    @Setup
    public void open() {
        server = new RedisProcess().start();
        fixture = new LimiterFixture(server);
        redis = new Batches(
                fixture.redis.commands(),
                Tracing.none(),
                LimiterFixture.PATIENCE,
                new Breaker(5, Duration.ofSeconds(1), System::nanoTime, _ -> {}));
        fixture.check(request.toArray(Charge[]::new));
    }

    private static Charge charge(String name) {
        Policy policy = new Policy(
                name, Algorithm.SLIDING_WINDOW_LOG, 1, Duration.ofHours(1), 1, false, FailureMode.CLOSED, 0);
        return new Charge(policy, "", "somebody", 1);
    }

    /// Ends both.
    @TearDown
    public void close() {
        fixture.close();
        server.close();
    }

    /// But for one request a second, by which the cache asks Redis again.
    @Benchmark
    @OperationsPerInvocation(AT_ONCE)
    public List<Decision> byDenyCache() {
        return fixture.atOnce(AT_ONCE, () -> fixture.limiter.check(request));
    }

    /// As if there were no cache.
    @Benchmark
    @OperationsPerInvocation(AT_ONCE)
    public List<List<Standing>> byRedis() {
        return fixture.atOnce(AT_ONCE, () -> redis.charge(request));
    }
}

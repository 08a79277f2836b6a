package dev.ballast.ratelimit;

import dev.ballast.redis.RedisProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What a decision over three limits costs Redis' one thread: pipelined calls of the script, one request each, and the
/// processor time that Redis says it has used for them. `empty` is a script that does nothing, the floor of every other.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ScriptBenchmark {
    private static final int PIPELINE = 512;
    private static final int IDENTIFIERS = 1_000;
    private static final Pattern USED = Pattern.compile("used_cpu_(?:sys|user):([0-9.]+)");

    @Param({"empty", "token-bucket", "sliding-window-counter", "sliding-window-log"})
    public String algorithms;

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Policy> policies = new ArrayList<>();
    private RedisProcess server;
    private Vertx vertx;
    private RedisConnection redis;
    private String sha;
    private double before;
    private long decisions;

    /// Begins an iteration.
    @Setup(Level.Iteration)
    public void begin() {
        before = used();
        decisions = 0;
    }

    /// Decisions a second that one core of Redis makes, in one iteration.
    @TearDown(Level.Iteration)
    public void tell() {
        System.out.printf("%,.0f decisions per second and core; ", decisions / (used() - before));
    }

    /// Starts Redis and loads the script.
    @Setup
    public void open() throws IOException {
        server = new RedisProcess().start();
        vertx = Vertx.vertx();
        redis = join(Redis.createClient(vertx, new RedisOptions().setConnectionString(server.url()).setMaxWaitingHandlers(PIPELINE)).connect());
        String source = "return ''";
        if (!algorithms.equals("empty")) {
            try (InputStream script = ScriptBenchmark.class.getResourceAsStream("/lua/rate-limit.lua")) {
                source = new String(script.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
        sha = send(Request.cmd(Command.SCRIPT).arg("LOAD").arg(source)).toString();
        Algorithm algorithm = algorithms.equals("sliding-window-log")
                ? Algorithm.SLIDING_WINDOW_LOG
                : algorithms.equals("sliding-window-counter")
                        ? Algorithm.SLIDING_WINDOW_COUNTER
                        : Algorithm.TOKEN_BUCKET;
        policies.add(policy("ip", algorithm, 100_000, Duration.ofMinutes(1)));
        policies.add(policy("user", algorithm, 1_000_000, Duration.ofHours(1)));
        policies.add(policy(
                "endpoint",
                algorithm == Algorithm.SLIDING_WINDOW_LOG ? Algorithm.TOKEN_BUCKET : algorithm,
                1_000_000,
                Duration.ofSeconds(100)));
    }

    private static Policy policy(String name, Algorithm algorithm, long limit, Duration window) {
        return new Policy(name, algorithm, limit, window, limit, false, FailureMode.CLOSED, 0);
    }

    /// Ends both.
    @TearDown
    public void close() {
        var _ = join(vertx.close());
        server.close();
    }

    /// 512 decisions in one write.
    @Benchmark
    @OperationsPerInvocation(PIPELINE)
    public List<Response> decide() {
        List<Request> requests = new ArrayList<>(PIPELINE);
        for (int i = 0; i < PIPELINE; i++) {
            requests.add(request());
        }
        List<Response> replies = join(redis.batch(requests));
        decisions += PIPELINE;
        return replies;
    }

    private Request request() {
        ScriptCall call = new ScriptCall();
        call.add(List.of(
                new Charge(policies.get(0), "", "10.0.0." + random.nextInt(IDENTIFIERS), 1),
                new Charge(policies.get(1), "", "u" + random.nextInt(IDENTIFIERS), 1),
                new Charge(policies.get(2), "", "e" + random.nextInt(16), 1)));
        Request request = Request.cmd(Command.EVALSHA).arg(sha).arg(call.keys().size());
        call.keys().forEach(request::arg);
        call.arguments(true).forEach(request::arg);
        return request;
    }

    private double used() {
        Matcher matcher = USED.matcher(send(Request.cmd(Command.INFO).arg("cpu")).toString());
        double used = 0;
        while (matcher.find()) {
            used += Double.parseDouble(matcher.group(1));
        }
        return used;
    }

    private Response send(Request request) {
        return join(redis.send(request));
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}

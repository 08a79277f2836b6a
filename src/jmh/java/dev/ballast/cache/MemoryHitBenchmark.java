package dev.ballast.cache;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.ballast.leases.Coherence;
import dev.ballast.tracing.Tracing;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// What a hit in memory costs: a [TieredCache]'s against that of Caffeine's [AsyncCache], which is what a plain
/// one-tier cache would be built on. Aim: within twice the time, and no byte allocated beyond it.
///
/// Each pair does the same: `…Found` asks for the answer and takes it, `…Subscribed` brings it to a subscriber of a
/// [Uni], which is what a resource's pipeline does. Keys are the same 512 objects in turn, of 1,000 entries allowed.
/// The clock is the system's, hits are counted, and a thread confirms the log as often as the log's reader does: a hit
/// finds out each time whether the read lease holds, and would miss a second after the last confirmation.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class MemoryHitBenchmark {
    private static final int KEYS = 512;

    private final String[] keys = new String[KEYS];
    private TieredCache<String, String> tiered;
    private AsyncCache<String, String> bare;
    private int next;
    private volatile long confirmedAt;
    private ScheduledExecutorService log;

    /// Fills both with the same.
    @Setup
    public void fill() {
        confirmedAt = System.nanoTime();
        log = Executors.newSingleThreadScheduledExecutor();
        log.scheduleAtFixedRate(() -> confirmedAt = System.nanoTime(), 0, 250, TimeUnit.MILLISECONDS);
        // not the fixture's own cache: its clock stands still, and reading the time is part of what a hit costs
        CacheFixture fixture = new CacheFixture();
        tiered = TieredCaches.assemble(
                CacheFixture.spec(fixture.loader),
                CacheFixture.settings(Map.of()).caches().get("test"),
                new CacheMeters("bench", fixture.registry),
                Tracing.none(),
                fixture.remote,
                _ -> Uni.createFrom().item(true),
                new Coherence(() -> confirmedAt, Duration.ofSeconds(1)),
                _ -> Uni.createFrom().voidItem(),
                Ticker.systemTicker(),
                new Random(3));
        bare = Caffeine.newBuilder()
                .maximumSize(1_000)
                .expireAfterWrite(5, TimeUnit.MINUTES)
                .executor(Runnable::run)
                .buildAsync();
        for (int i = 0; i < KEYS; i++) {
            keys[i] = "key-" + i;
            fixture.remote.stored.put(keys[i], "value-" + i);
            bare.put(keys[i], CompletableFuture.completedFuture("value-" + i));
            tiered.get(keys[i]).await().indefinitely();
        }
        if (tiered.get(keys[0]).await().indefinitely().tier() != Tier.L1) {
            throw new IllegalStateException("the benchmark is to measure hits in memory");
        }
    }

    /// Each hit was one, to the last, and was counted.
    @TearDown
    public void check() {
        log.shutdownNow();
        if (tiered.get(keys[0]).await().indefinitely().tier() != Tier.L1
                || tiered.report().reads().l1Misses() != KEYS) {
            throw new IllegalStateException("not all were hits in memory: " + tiered.report());
        }
    }

    /// The measure of all: the future a hit is, and its value.
    @Benchmark
    public String caffeineFound() {
        return bare.getIfPresent(key()).join();
    }

    /// The answer a hit is: ready-made, to be subscribed to.
    @Benchmark
    public Uni<CacheRead<String>> tieredFound() {
        return tiered.get(key());
    }

    @Benchmark
    public void caffeineSubscribed(Blackhole sink) {
        Uni.createFrom().completionStage(bare.getIfPresent(key())).subscribe().with(sink::consume);
    }

    @Benchmark
    public void tieredSubscribed(Blackhole sink) {
        tiered.get(key()).subscribe().with(read -> sink.consume(read.value()));
    }

    private String key() {
        next = next + 1 & KEYS - 1;
        return keys[next];
    }
}

package dev.ballast.degradation;

import dev.ballast.degradation.Feature.Spec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// What a request pays for degradation. Aim: the decision, which handler answers, under 100 ns.
///
/// `level` is the volatile read alone. `handled` runs a request through the ladder, to be held against `bare`,
/// the same handler without one; the difference is the decision with its counter. `signal` is what each call of
/// a dependency pays to be heard, `watched` what one pays to be watched and heard, its own handler included;
/// `watchedByAll` the same from as many threads as a pod has event loops. `timed` and `timedByAll` are the same with a
/// timer for each call, which is what the batches are held against.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DecisionBenchmark {
    private final Feature feature = new Feature(Spec.of("bench"), new Feature.Meters("test", new SimpleMeterRegistry()));
    private final Ladder<Long, String> ladder = feature.<Long, String>normal(DecisionBenchmark::handler)
            .degraded(DecisionBenchmark::handler)
            .minimal(DecisionBenchmark::handler);
    private final Dependency dependency = DependencyFixture.dependencyOfATest();
    private final DegradationFixture fixture = DegradationFixture.onTheRealClock();
    private final Dependency watched = fixture.dependencies.named("watched");
    private final ScheduledThreadPoolExecutor timer = timer();

    private static Uni<String> handler(Long asked) {
        return Uni.createFrom().item("answer");
    }

    @Benchmark
    public Ladder.Handler<Long, String> decision() {
        return ladder.handler(feature.level());
    }

    @Benchmark
    public void bare(Blackhole sink) {
        handler(7L).subscribe().with(sink::consume);
    }

    @Benchmark
    public void handled(Blackhole sink) {
        ladder.handle(7L).subscribe().with(sink::consume);
    }

    @Benchmark
    public void watched(Blackhole sink) {
        watched.watch(handler(7L), _ -> null).subscribe().with(sink::consume);
    }

    @Benchmark
    @Threads(4)
    public void watchedByAll(Blackhole sink) {
        watched.watch(handler(7L), _ -> null).subscribe().with(sink::consume);
    }

    @Benchmark
    public void timed(Blackhole sink) {
        timed(handler(7L)).subscribe().with(sink::consume);
    }

    @Benchmark
    @Threads(4)
    public void timedByAll(Blackhole sink) {
        timed(handler(7L)).subscribe().with(sink::consume);
    }

    private Uni<String> timed(Uni<String> call) {
        return Uni.createFrom().deferred(() -> {
            long begin = System.nanoTime();
            Future<?> late = timer.schedule(() -> {}, 400, TimeUnit.MILLISECONDS);
            return call.onTermination()
                    .invoke(() -> late.cancel(false))
                    .onItemOrFailure()
                    .invoke((_, _) -> watched.ended(Outcome.OK, begin));
        });
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    @TearDown
    public void close() {
        timer.shutdownNow();
        fixture.close();
    }

    @Benchmark
    public void signal() {
        dependency.ended(Outcome.OK, System.nanoTime());
    }
}

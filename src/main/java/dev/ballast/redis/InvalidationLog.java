package dev.ballast.redis;

import dev.ballast.degradation.Rarely;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.VertxInternal;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Tells every pod what is invalidated, so that none can miss it unnoticed: entries in a capped stream in Redis,
/// numbered without gaps, and a head that says how many there are. A pod knows from [#confirmedAt] up to when it has
/// heard everything, which no lost message, cut connection or pause can make look better than it is. Publish and
/// subscribe could: there, who missed a message does not know. Safe for use from every thread.
@ApplicationScoped
public class InvalidationLog {
    private static final Logger LOG = Logger.getLogger(InvalidationLog.class);

    // One tag, as a script names both.
    static final String HEAD = "ballast:{log}:head";
    static final String STREAM = "ballast:{log}:entries";

    /// Keys in one entry at most.
    public static final int KEYS = 500;

    private final RedisCommands redis;
    private final Lines lines;
    private final Vertx vertx;
    private final int length;
    private final LongSupplier nanoTime;
    private final RedisScript append = RedisScript.named("log-append", "run-id", "log-begin");
    private final RedisScript headScript = RedisScript.named("log-head", "run-id", "log-begin");
    private final List<LogFollower> followers = new CopyOnWriteArrayList<>();
    private final LogPosition position;
    private final Rarely rarely;
    private final AtomicLong blockMs = new AtomicLong(250);
    private volatile @Nullable LogReader reader;

    @Inject
    InvalidationLog(RedisCommands redis, Lines lines, Vertx vertx, RedisSettings settings, MeterRegistry registry) {
        this(redis, lines, vertx, settings, registry, System::nanoTime);
    }

    InvalidationLog(
            RedisCommands redis,
            Lines lines,
            Vertx vertx,
            RedisSettings settings,
            MeterRegistry registry,
            LongSupplier nanoTime) {
        this.redis = redis;
        this.lines = lines;
        this.vertx = vertx;
        this.length = settings.logLength();
        this.nanoTime = nanoTime;
        this.rarely = new Rarely(nanoTime);
        this.position = new LogPosition(
                new Everyone(), nanoTime.getAsLong() - Duration.ofDays(1).toNanos());
        Gauge.builder("ballast.redis.log.lag", this, log -> log.lagNanos() / 1e9)
                .description("Time since this pod was last sure to have applied every invalidation")
                .baseUnit("seconds")
                .register(registry);
        FunctionCounter.builder("ballast.redis.log.losses", position, LogPosition::losses)
                .description("Times memory was emptied because entries of the log were lost, the start included")
                .register(registry);
    }

    private final class Everyone implements LogFollower {
        @Override
        public void forget(String channel, List<String> keys) {
            followers.forEach(follower -> follower.forget(channel, keys));
        }

        @Override
        public void forgetEverything() {
            followers.forEach(LogFollower::forgetEverything);
            if (position.losses() > 1) {
                LOG.warn("Memory was emptied: entries of the invalidation log were lost to this pod, as Redis was"
                        + " restarted, replaced or flushed, or the pod fell behind by more than the log keeps");
            }
        }
    }

    /// Tells people when memory stops to answer and when it answers again, and why.
    private final class Watcher implements LogReader.Watcher {
        private boolean silent = true;

        @Override
        public void read(String run) {
            lines.logIsOn(run);
        }

        @Override
        public void round(@Nullable Throwable failure) {
            if (failure != null) {
                Failures.report(rarely, "the log's head", Failures.translate(failure));
                if (Failures.isNoMaster(failure)) {
                    lines.logIsNowhere();
                }
            }
            boolean late = lagNanos() > TimeUnit.MILLISECONDS.toNanos(4 * blockMs.get());
            if (late != silent) {
                silent = late;
                tell(late, failure);
            }
        }

        private void tell(boolean late, @Nullable Throwable failure) {
            if (late) {
                LOG.warnf(
                        "The invalidation log was not read for %d ms (%s): until it is, reads go to Redis and not to"
                                + " memory",
                        TimeUnit.NANOSECONDS.toMillis(lagNanos()),
                        failure == null
                                ? "the pod stood still"
                                : Failures.translate(failure).label());
            } else {
                LOG.info("The invalidation log is read: memory answers");
            }
        }
    }

    /// Tells `follower` of every entry from now on. What it keeps it may use as long as [#confirmedAt] is recent
    /// enough for it.
    ///
    /// @param within how recent that is; an idle log is confirmed four times as often
    public void follow(LogFollower follower, Duration within) {
        followers.add(follower);
        blockMs.accumulateAndGet(Math.max(1, within.toMillis() / 4), Math::min);
    }

    /// Starts to read, on a connection of its own; after the room's lines, whose options it takes over.
    void start(@Observes @Priority(3_000) StartupEvent started) {
        open();
    }

    synchronized void open() {
        Context eventLoop = ((VertxInternal) vertx).createEventLoopContext();
        Line line = lines.ofItsOwn(eventLoop, "invalidation-log");
        LogReader opened =
                new LogReader(vertx, eventLoop, line, position, headScript, blockMs::get, nanoTime, new Watcher());
        reader = opened;
        opened.open();
    }

    void close(@Observes ShutdownEvent stopping) {
        close();
    }

    synchronized void close() {
        LogReader open = reader;
        if (open != null) {
            open.close();
        }
    }

    /// Appends one entry. Completed, every pod that goes on to confirm has applied it.
    ///
    /// @param channel what the keys belong to; followers tell theirs by it
    /// @param keys at most [#KEYS]; none stands for all of the channel
    public Uni<Void> append(String channel, List<String> keys, Duration deadline) {
        List<Buffer> arguments = new ArrayList<>();
        arguments.add(Buffer.buffer(UUID.randomUUID().toString()));
        arguments.add(Buffer.buffer(Integer.toString(length)));
        arguments.add(Buffer.buffer("c"));
        arguments.add(Buffer.buffer(channel));
        for (String key : keys) {
            arguments.add(Buffer.buffer("k"));
            arguments.add(Buffer.buffer(key));
        }
        return redis.runWithRunId(append, List.of(HEAD, STREAM), arguments, deadline)
                .replaceWithVoid();
    }

    /// Everything acknowledged before this time, by [System#nanoTime], was applied here. Costs a volatile read.
    public long confirmedAt() {
        return position.confirmedAt();
    }

    /// How long ago [#confirmedAt] is.
    public long lagNanos() {
        return nanoTime.getAsLong() - position.confirmedAt();
    }
}

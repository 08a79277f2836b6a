package dev.ballast.ratelimit;

import dev.ballast.origin.Breaker;
import dev.ballast.redis.RedisCommands;
import dev.ballast.redis.RedisRejection;
import dev.ballast.redis.RedisScript;
import dev.ballast.tracing.Tracing;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Asks Redis where charges stand, and charges them. Requests that come in the same turn of an event loop share a call,
/// which goes out when the turn has read all its sockets: nobody waits for company. Their traces are linked to it.
/// Safe for use from every thread; answers arrive on the asker's own context.
final class Batches {
    /// Requests in one call at most: others wait while Redis runs it, for half a millisecond then.
    private static final int MAX = 64;

    private final RedisCommands redis;
    private final Tracing tracing;
    private final Duration deadline;
    private final Breaker breaker;
    private final RedisScript script = RedisScript.named("rate-limit");
    private final Map<EventLoop, Batch> open = new ConcurrentHashMap<>();
    private final LongAdder calls = new LongAdder();

    /// @param breaker is told of each call once, however many requests share it
    Batches(RedisCommands redis, Tracing tracing, Duration deadline, Breaker breaker) {
        this.redis = redis;
        this.tracing = tracing;
        this.deadline = deadline;
        this.breaker = breaker;
    }

    private record Waiting(
            ContextInternal context,
            io.opentelemetry.context.Context trace,
            UniEmitter<? super List<Standing>> emitter) {}

    private static final class Batch {
        private final ScriptCall call = new ScriptCall();
        private final List<Waiting> waiting = new ArrayList<>();
    }

    /// Where each charge of a request stands once it was decided: charged, if all of them had room. Fails with the
    /// `redis` room's failure.
    Uni<List<Standing>> charge(List<Charge> request) {
        return Uni.createFrom().deferred(() -> {
            ContextInternal here = (ContextInternal) Vertx.currentContext();
            return here != null && here.inThread() && here.isEventLoopContext()
                    ? Uni.createFrom().emitter(emitter -> join(here, request, emitter))
                    : send(request, true);
        });
    }

    /// Where each charge stands, without charging.
    Uni<List<Standing>> look(List<Charge> request) {
        return send(request, false);
    }

    private Uni<List<Standing>> send(List<Charge> request, boolean charging) {
        ScriptCall call = new ScriptCall();
        call.add(request);
        return send(call, charging).map(List::getFirst);
    }

    private Uni<List<List<Standing>>> send(ScriptCall call, boolean charging) {
        calls.increment();
        return redis.runPacked(script, call.keys(), call.arguments(charging), deadline)
                .invoke(breaker::succeeded)
                .onFailure()
                .invoke(this::report)
                .map(reply -> call.standings(bytes(reply)));
    }

    /// A refusal is no outage to wait for, though no decision either.
    private void report(Throwable failure) {
        if (failure instanceof RedisRejection) {
            breaker.succeeded();
        } else {
            breaker.failed();
        }
    }

    private static Buffer bytes(@Nullable Response reply) {
        return Objects.requireNonNull(reply, "the script always answers").toBuffer();
    }

    private void join(ContextInternal here, List<Charge> request, UniEmitter<? super List<Standing>> emitter) {
        EventLoop loop = here.nettyEventLoop();
        Batch batch = open.get(loop);
        if (batch == null) {
            Batch fresh = new Batch();
            open.put(loop, fresh);
            here.unwrap().runOnContext(_ -> {
                open.remove(loop, fresh);
                send(fresh);
            });
            batch = fresh;
        }
        batch.call.add(request);
        batch.waiting.add(new Waiting(here, io.opentelemetry.context.Context.current(), emitter));
        if (batch.call.size() == MAX) {
            open.remove(loop);
        }
    }

    private void send(Batch batch) {
        List<io.opentelemetry.context.Context> traces =
                batch.waiting.stream().map(Waiting::trace).toList();
        var _ = tracing.shared("rate-limits", traces, () -> send(batch.call, true))
                .subscribe()
                .with(
                        answers -> {
                            for (int i = 0; i < answers.size(); i++) {
                                Waiting waiting = batch.waiting.get(i);
                                waiting.context.emit(answers.get(i), waiting.emitter::complete);
                            }
                        },
                        failure ->
                                batch.waiting.forEach(waiting -> waiting.context.emit(failure, waiting.emitter::fail)));
    }

    /// Calls made so far.
    long calls() {
        return calls.sum();
    }
}

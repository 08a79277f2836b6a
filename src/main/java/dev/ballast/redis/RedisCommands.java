package dev.ballast.redis;

import dev.ballast.degradation.Dependencies;
import dev.ballast.degradation.Dependency;
import dev.ballast.degradation.Outcome;
import dev.ballast.degradation.Rarely;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Commands to Redis. Every call is sent when subscribed to, answered on the subscriber's own Vert.x context, and
/// fails with a [RedisFailure]: after its deadline, at once while Redis is away, at once where too many wait.
///
/// An answer of nil is a null item. Commands that change the state of a connection (`MULTI`, `SUBSCRIBE`,
/// `SELECT`) and those that block it (`BLPOP`, `XREAD BLOCK`) must not be sent here: others share the connection.
/// Keys of one command or one script carry one hash tag, so that all of it works on a Redis Cluster.
@ApplicationScoped
public class RedisCommands {
    /// Long enough for an event loop to turn once.
    private static final long LAST_LOOK_MS = 5;

    private final Lines lines;
    private final CommandMeters meters;
    private final Duration defaultDeadline;
    private final LongSupplier nanoTime;
    private final Rarely rarely;
    private final Dependency dependency;

    @Inject
    RedisCommands(Lines lines, RedisSettings settings, MeterRegistry registry, Dependencies dependencies) {
        this(lines, settings, registry, dependencies.named(RedisProbe.NAME));
    }

    RedisCommands(Lines lines, RedisSettings settings, MeterRegistry registry, Dependency dependency) {
        this.dependency = dependency;
        this.lines = lines;
        this.meters = new CommandMeters(registry);
        this.nanoTime = lines.nanoTime();
        this.rarely = new Rarely(nanoTime);
        this.defaultDeadline = settings.commandTimeout();
        Gauge.builder("ballast.redis.connections.up", lines, Lines::up)
                .description("Connections to Redis that are open")
                .register(registry);
    }

    /// Whether keys lie on several masters, so that a command without a key, such as `SCAN`, sees a part of them
    /// only.
    public boolean isCluster() {
        return lines.isCluster();
    }

    /// To be told of what keeps calls from being made while they would fail.
    ///
    /// @param calls which ones, for people
    public void guardedBy(String calls, BooleanSupplier isOpen) {
        dependency.guardedBy(calls, isOpen);
    }

    /// Asks for a sign of life, which does not count as a call.
    Uni<@Nullable Response> ping() {
        return Uni.createFrom().deferred(() -> {
            Line line = lines.pick();
            return Uni.createFrom()
                    .completionStage(within(defaultDeadline, line.use(there -> there.send(Request.cmd(Command.PING))))
                            .toCompletionStage())
                    .onFailure()
                    .invoke(line::missedDeadline);
        });
    }

    /// Sends one command with the room's own deadline.
    public Uni<@Nullable Response> send(Request command) {
        return send(command, defaultDeadline);
    }

    /// Sends one command.
    public Uni<@Nullable Response> send(Request command, Duration deadline) {
        return this.<@Nullable Response>issue(
                command.command().toString(), deadline, (connection, _) -> connection.send(command));
    }

    /// Runs a script by its digest, and sends its text once where Redis does not know it (yet, or any more).
    public Uni<@Nullable Response> run(
            RedisScript script, List<String> keys, List<String> arguments, Duration deadline) {
        return run(script, keys, request -> arguments.forEach(request::arg), deadline);
    }

    /// Like [#run], with arguments of any bytes.
    public Uni<@Nullable Response> runPacked(
            RedisScript script, List<String> keys, List<Buffer> arguments, Duration deadline) {
        return run(script, keys, request -> arguments.forEach(request::arg), deadline);
    }

    private Uni<@Nullable Response> run(
            RedisScript script, List<String> keys, Consumer<Request> arguments, Duration deadline) {
        return script(script, Command.EVALSHA, script.sha1(), keys, arguments, deadline)
                .onFailure(RedisCommands::isUnknownScript)
                .recoverWithUni(() -> script(script, Command.EVAL, script.source(), keys, arguments, deadline));
    }

    /// Like [#runPacked], and ahead of the arguments goes as the first one the `run_id` of the server the
    /// connection leads to. It is empty where that is not known, as on a Redis Cluster, where
    /// the script asks its server.
    public Uni<@Nullable Response> runWithRunId(
            RedisScript script, List<String> keys, List<Buffer> arguments, Duration deadline) {
        return withRunId(script, Command.EVALSHA, script.sha1(), keys, arguments, deadline)
                .onFailure(RedisCommands::isUnknownScript)
                .recoverWithUni(() -> withRunId(script, Command.EVAL, script.source(), keys, arguments, deadline));
    }

    private Uni<@Nullable Response> withRunId(
            RedisScript script,
            Command command,
            String body,
            List<String> keys,
            List<Buffer> arguments,
            Duration deadline) {
        return this.<@Nullable Response>issue(script.name(), deadline, (connection, runId) -> {
            Request request = Request.cmd(command).arg(body).arg(keys.size());
            keys.forEach(request::arg);
            request.arg(runId);
            arguments.forEach(request::arg);
            return Tracing.<Future<@Nullable Response>>named(script.name(), () -> connection.send(request));
        });
    }

    private static boolean isUnknownScript(Throwable failure) {
        return failure instanceof RedisRejection rejection && rejection.is("NOSCRIPT");
    }

    private Uni<@Nullable Response> script(
            RedisScript script,
            Command command,
            String body,
            List<String> keys,
            Consumer<Request> arguments,
            Duration deadline) {
        Request request = Request.cmd(command).arg(body).arg(keys.size());
        keys.forEach(request::arg);
        arguments.accept(request);
        return this.<@Nullable Response>issue(
                script.name(),
                deadline,
                (connection, _) ->
                        Tracing.<Future<@Nullable Response>>named(script.name(), () -> connection.send(request)));
    }

    private <T extends @Nullable Object> Uni<T> issue(
            String name, Duration deadline, BiFunction<RedisConnection, String, Future<T>> use) {
        return Uni.createFrom().emitter(emitter -> {
            long begin = nanoTime.getAsLong();
            Line line;
            try {
                line = lines.pick();
            } catch (RedisUnavailable e) {
                meters.failed(name, e, 0);
                dependency.ended(Outcome.REJECTED, begin);
                emitter.fail(e);
                return;
            }
            Future<T> answer = line.useWithRunId(use);
            within(deadline, answer)
                    .onSuccess(reply -> {
                        meters.succeeded(name, nanoTime.getAsLong() - begin);
                        dependency.ended(Outcome.OK, begin);
                        emitter.complete(reply);
                    })
                    .onFailure(cause -> {
                        if (cause instanceof TimeoutException) {
                            line.missedDeadline();
                            hearOut(answer, deadline, begin);
                        } else {
                            hear(cause, begin);
                        }
                        RedisFailure failure = Failures.translate(cause);
                        Failures.report(rarely, name, failure);
                        meters.failed(name, failure, nanoTime.getAsLong() - begin);
                        emitter.fail(failure);
                    });
        });
    }

    /// A caller may have far less patience than what makes an answer late: then it is the answer, which comes to the
    /// connection all the same, that says something of Redis.
    private void hearOut(Future<?> answer, Duration deadline, long begin) {
        long leftMs = Math.max(1, dependency.lateAfter().minus(deadline).toMillis());
        answer.timeout(leftMs, TimeUnit.MILLISECONDS)
                .onSuccess(_ -> dependency.ended(Outcome.OK, begin))
                .onFailure(cause -> hear(cause, begin));
    }

    private void hear(Throwable cause, long begin) {
        Outcome outcome = Failures.translate(cause).outcome();
        if (outcome != null) {
            dependency.ended(outcome, begin);
        }
    }

    /// Fails after the deadline, but not before the connection was read once more. An event loop that was held up
    /// runs its timers before it reads, so a timer that fires there says nothing about Redis: the answer may lie
    /// in the socket, and a burst of requests would take itself for an outage.
    private static <T extends @Nullable Object> Future<T> within(Duration deadline, Future<T> answer) {
        return answer.timeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .recover(cause -> cause instanceof TimeoutException
                        ? answer.timeout(LAST_LOOK_MS, TimeUnit.MILLISECONDS)
                        : Future.failedFuture(cause));
    }
}

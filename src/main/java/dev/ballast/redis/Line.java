package dev.ballast.redis;

import dev.ballast.degradation.Outcome;
import dev.ballast.problem.RootCause;
import dev.ballast.redis.RedisUnavailable.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.net.ConnectException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One connection that is kept open: many commands share it, each answered in the order sent. It lives on one event
/// loop, where it is opened, lost and opened again; commands may come from any thread.
///
/// Each connection has a client of its own, because closing the client is the only way to be sure that its socket is
/// closed too, also one that is still waiting for a greeting. Only an attempt that never got a socket leaves its
/// client to the next, as Vert.x keeps a little of every client, and an outage is long.
final class Line {
    /// For answers that are there, or come as soon as Redis goes on as well, where the whole machine stood still.
    private static final long LAST_LOOK_MS = 50;

    private final Vertx vertx;
    private final Context eventLoop;
    private final RedisOptions options;
    private final RedisSettings settings;
    private final Reachability reachability;
    private final LongSupplier nanoTime;
    private final Consumer<String> greeted;
    private final Backoff backoff;

    private final AtomicInteger owed = new AtomicInteger();
    private volatile long silentSince;
    private volatile @Nullable Session session;
    private volatile boolean heardOf;
    // These belong to the event loop.
    private @Nullable Redis unused;
    private boolean closed;
    private boolean refused;

    /// An open connection, the client that carries it, and the run of the server behind it.
    private static final class Session {
        private final Redis client;
        private final RedisConnection connection;
        private final String runId;

        Session(Redis client, RedisConnection connection, String runId) {
            this.client = client;
            this.connection = connection;
            this.runId = runId;
        }
    }

    /// @param greeted is told the `run_id` of the server behind each connection that is opened
    Line(
            Vertx vertx,
            Context eventLoop,
            RedisOptions options,
            RedisSettings settings,
            Reachability reachability,
            LongSupplier nanoTime,
            RandomGenerator random,
            Consumer<String> greeted) {
        this.vertx = vertx;
        this.eventLoop = eventLoop;
        this.options = options;
        this.settings = settings;
        this.reachability = reachability;
        this.nanoTime = nanoTime;
        this.greeted = greeted;
        this.backoff = new Backoff(settings.reconnectLimit(), random);
    }

    void open() {
        eventLoop.runOnContext(_ -> connect());
    }

    boolean isOpen() {
        return session != null;
    }

    /// Whether an attempt to open it has ever ended by anything but its time. Until then nobody knows whether Redis is
    /// there, as the first attempts of a process take their time for reasons of its own.
    boolean wasHeardOf() {
        return heardOf;
    }

    /// The `run_id` of the server behind this line; empty while it is not open or where the server does not tell.
    String runId() {
        Session now = session;
        return now == null ? "" : now.runId;
    }

    /// Whether it is open, and not to a server that is known to be another one than that of this run.
    boolean leadsTo(String run) {
        Session now = session;
        return now != null && (run.isEmpty() || now.runId.isEmpty() || now.runId.equals(run));
    }

    /// Gives up a connection that leads to a server of another run, to be opened anew.
    void leaveUnlessTo(String run) {
        eventLoop.runOnContext(_ -> {
            Session now = session;
            if (now != null && !leadsTo(run)) {
                lose(now, "another server answers in its place");
            }
        });
    }

    /// Sends through `use`, or fails at once where the line is not open. The result arrives on the caller's context.
    <T extends @Nullable Object> Future<T> use(Function<RedisConnection, Future<T>> use) {
        return useWithRunId((connection, _) -> use.apply(connection));
    }

    /// Like [#use], and tells the `run_id` of the very server that the connection leads to.
    <T extends @Nullable Object> Future<T> useWithRunId(BiFunction<RedisConnection, String, Future<T>> use) {
        Session now = session;
        if (now == null) {
            return Future.failedFuture(new RedisUnavailable(Reason.DISCONNECTED));
        }
        if (owed.getAndIncrement() == 0) {
            silentSince = nanoTime.getAsLong();
        }
        return use.apply(now.connection, now.runId).onComplete(answer -> {
            owed.decrementAndGet();
            if (answer.succeeded() || Failures.isReply(answer.cause())) {
                silentSince = nanoTime.getAsLong();
            }
            if (answer.failed() && Failures.isNoMaster(answer.cause())) {
                leave(now);
            }
        });
    }

    /// Gives up a connection whose server is no master: another one may answer at the address by now, or this one
    /// become master, under another run than that it was greeted with.
    private void leave(Session left) {
        // In a cluster the others would go with it, and where a key lies the client is told.
        if (options.getType() != RedisClientType.CLUSTER) {
            eventLoop.runOnContext(_ -> {
                refused |= session == left;
                lose(left, "it is not the master, or has lost its replicas");
            });
        }
    }

    /// To be told when a caller waited in vain: a line that owes answers and gives none is given up. Its own event
    /// loop decides that, once it has read the connection again: callers elsewhere keep time also while it is held
    /// up, with the answers in the socket.
    void missedDeadline() {
        Session now = session;
        if (now != null && isSilent()) {
            eventLoop.runOnContext(_ -> vertx.setTimer(LAST_LOOK_MS, _ -> {
                if (isSilent()) {
                    lose(now, "it gives no answer");
                }
            }));
        }
    }

    private boolean isSilent() {
        return owed.get() > 0
                && nanoTime.getAsLong() - silentSince >= settings.silenceLimit().toNanos();
    }

    void close() {
        eventLoop.runOnContext(_ -> {
            closed = true;
            Session now = session;
            session = null;
            if (now != null) {
                now.client.close();
            }
            if (unused != null) {
                unused.close();
            }
        });
    }

    private void connect() {
        if (closed) {
            return;
        }
        // Made here, on the line's event loop, because that is where a client puts its connections.
        Redis client = unused == null ? Redis.createClient(vertx, options) : unused;
        unused = null;
        client.connect()
                .compose(connection -> greet(client, connection))
                .timeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(this::opened)
                .onFailure(cause -> refused(client, cause));
    }

    private Future<Session> greet(Redis client, RedisConnection connection) {
        if (options.getType() == RedisClientType.CLUSTER) {
            // One connection stands for many servers: each script asks its own server instead.
            return connection.send(Request.cmd(Command.PING)).map(_ -> new Session(client, connection, ""));
        }
        return connection
                .send(Request.cmd(Command.INFO))
                .map(String::valueOf)
                // Where the user may not ask, the connection is as good.
                .recover(cause -> Failures.isReply(cause) ? Future.succeededFuture("") : Future.failedFuture(cause))
                // A replica takes no script, and is of another run once it is promoted.
                .compose(info -> RunId.isOfReplica(info)
                        ? Future.failedFuture("it is a replica")
                        : Future.succeededFuture(new Session(client, connection, RunId.in(info))));
    }

    private void opened(Session fresh) {
        if (closed) {
            fresh.client.close();
            return;
        }
        fresh.connection.endHandler(_ -> lose(fresh, "the connection was closed"));
        fresh.connection.exceptionHandler(cause -> lose(fresh, String.valueOf(cause.getMessage())));
        silentSince = nanoTime.getAsLong();
        session = fresh;
        heardOf = true;
        if (!refused) {
            backoff.reset(); // else it is refused again at once, as long as the server is what it is
        }
        refused = false;
        reachability.opened();
        greeted.accept(fresh.runId);
    }

    private void refused(Redis client, Throwable cause) {
        if (!closed && cause instanceof ConnectException) {
            unused = client;
        } else {
            client.close();
        }
        if (Outcome.of(cause) != Outcome.TIMED_OUT) {
            heardOf = true;
        }
        // a failed handshake says only further down why
        reachability.refused(cause.getCause() == null ? String.valueOf(cause.getMessage()) : RootCause.of(cause));
        retry();
    }

    private void lose(Session lost, String cause) {
        if (session != lost) {
            return;
        }
        session = null;
        lost.client.close();
        reachability.lost(cause);
        retry();
    }

    private void retry() {
        if (!closed) {
            vertx.setTimer(backoff.nextDelayMs(), _ -> connect());
        }
    }
}

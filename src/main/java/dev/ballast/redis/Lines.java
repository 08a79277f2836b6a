package dev.ballast.redis;

import dev.ballast.redis.RedisUnavailable.Reason;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The lines to Redis, one per event loop up to a limit. A command goes out on the line of the event loop it is
/// issued from, so that it changes threads neither on its way out nor back.
///
/// All lead to one server. After a failover some might go on to the old one, if it is alive, which neither knows what
/// was invalidated since nor tells: so the newest connection decides who it is, and older ones to another server are
/// opened anew; and none is used to a server that is not the one the invalidation log was read from last. In a cluster
/// a line stands for many servers, and this is left to their own fencing.
@Singleton
class Lines {
    /// No server has this run.
    private static final String NOWHERE = "nowhere";

    private final VertxInternal vertx;
    private final Supplier<RedisOptions> options;
    private final RedisSettings settings;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;

    private volatile Reachability reachability = new Reachability("");
    private final List<Line> besides = new CopyOnWriteArrayList<>();
    private volatile String logRun = "";
    private volatile boolean cluster;
    private volatile List<Line> lines = List.of();
    private volatile Map<EventExecutor, Integer> places = Map.of();

    /// @param client injected so that Quarkus configures one: its options are what is wanted
    @Inject
    @SuppressWarnings("unused")
    Lines(Vertx vertx, Redis client, ClientOptions options, RedisSettings settings) {
        this(vertx, options::copy, settings, System::nanoTime, new Random());
    }

    Lines(
            Vertx vertx,
            Supplier<RedisOptions> options,
            RedisSettings settings,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.vertx = (VertxInternal) vertx;
        this.options = options;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /// Starts to connect and returns at once: the service does not need Redis to start.
    void open() {
        RedisOptions made = copy();
        reachability = new Reachability(Address.of(made.getEndpoints()));
        cluster = made.getType() == RedisClientType.CLUSTER;
        List<Line> opened = new ArrayList<>();
        Map<EventExecutor, Integer> placed = new HashMap<>();
        for (EventExecutor executor : vertx.getEventLoopGroup()) {
            placed.put(executor, placed.size());
            if (opened.size() < settings.maxConnections()) {
                opened.add(line(executor, new RedisOptions(made).setPoolName("line-" + opened.size())));
            }
        }
        places = placed;
        lines = List.copyOf(opened);
        lines.forEach(Line::open);
    }

    void close() {
        lines.forEach(Line::close);
    }

    boolean isCluster() {
        return cluster;
    }

    /// Connections that are open now.
    int up() {
        return reachability.up();
    }

    /// The caller's own line, else any that is open.
    ///
    /// @throws RedisUnavailable where none is
    Line pick() {
        List<Line> all = lines;
        String run = logRun;
        int own = place();
        for (int i = 0; i < all.size(); i++) {
            Line line = all.get((own + i) % all.size());
            if (line.leadsTo(run)) {
                return line;
            }
        }
        // those besides may be open long before these, and say nothing of them
        boolean heardOf = all.stream().anyMatch(Line::wasHeardOf);
        throw new RedisUnavailable(heardOf ? Reason.DISCONNECTED : Reason.CONNECTING);
    }

    /// A line besides those that requests share, for commands that block it. Not open yet; its owner opens and closes
    /// it. May be called once [#open] was.
    Line ofItsOwn(Context eventLoop, String name) {
        RedisOptions made = copy().setPoolName(name)
                .setProtocolNegotiation(false); // RESP2 whatever the server can, as streams look different in RESP3
        Line line = line(eventLoop, made);
        besides.add(line);
        return line;
    }

    /// The log was read from the server of this run; empty where it does not tell.
    void logIsOn(String run) {
        logRun = run;
    }

    /// The log's server is no master that is sure of itself, so no server is used until there is one: what it still
    /// answers may have been invalidated elsewhere.
    void logIsNowhere() {
        logRun = NOWHERE;
    }

    private RedisOptions copy() {
        // A connection must not move to another server under a run that is remembered for it.
        return options.get().setMaxWaitingHandlers(settings.maxOutstanding()).setAutoFailover(false);
    }

    private void greeted(String run) {
        if (!run.isEmpty()) {
            lines.forEach(line -> line.leaveUnlessTo(run));
            besides.forEach(line -> line.leaveUnlessTo(run));
        }
    }

    private int place() {
        Context here = Vertx.currentContext();
        Integer place = here instanceof ContextInternal known ? places.get(known.nettyEventLoop()) : null;
        return place == null ? 0 : place;
    }

    private Line line(EventExecutor executor, RedisOptions made) {
        Context eventLoop = vertx.createEventLoopContext(
                (EventLoop) executor, null, Thread.currentThread().getContextClassLoader());
        return line(eventLoop, made);
    }

    private Line line(Context eventLoop, RedisOptions made) {
        return new Line(vertx, eventLoop, made, settings, reachability, nanoTime, random, this::greeted);
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    void onStart(@Observes StartupEvent event) {
        open();
    }

    void onStop(@Observes ShutdownEvent event) {
        close();
    }
}

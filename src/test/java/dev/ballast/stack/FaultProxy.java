package dev.ballast.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/// A way to a server that can be cut, blocked and slowed for one pod while others reach the server as before.
///
/// ```java
/// try (FaultProxy way = FaultProxy.to(stack, Server.REDIS);
///         Pod pod = stack.pod("a").environment("REDIS_URL", way.url()).start()) {
///     way.hang();
///     …
///     way.pass();
/// }
/// ```
///
/// Bytes held back by [#hang()] arrive after [#pass()], as after a partition of the network.
public final class FaultProxy implements AutoCloseable {
    private enum Mode {
        PASS,
        HANG,
        DEAF
    }

    private final int port;
    private final String url;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong connections = new AtomicLong();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().factory());
    private volatile int target;
    private volatile Mode mode = Mode.PASS;
    private volatile Duration delay = Duration.ZERO;
    private volatile ServerSocket listener;
    private ScheduledFuture<?> flapping;

    private FaultProxy(int port, int target, String url) {
        this.port = port;
        this.target = target;
        this.url = url;
        open();
    }

    /// A new way to a server; to Kafka there can be one at a time, since its broker names it to the clients.
    public static FaultProxy to(Stack stack, Server server) {
        Status status = stack.status(server);
        if (server == Server.KAFKA) {
            int named = Integer.parseInt(stack.environment().get(Fleet.KAFKA_WAY));
            int target = Integer.parseInt(stack.environment().get(Fleet.KAFKA_WAY_TARGET));
            return new FaultProxy(named, target, "localhost:" + named);
        }
        int port = new Ports(RandomGenerator.getDefault()).free();
        return new FaultProxy(port, status.port(), status.url().replace(":" + status.port(), ":" + port));
    }

    /// A new way to a Redis of the test's own; [#redirect] makes it lead to another.
    public static FaultProxy toRedis(int target) {
        int port = new Ports(RandomGenerator.getDefault()).free();
        return new FaultProxy(port, target, "redis://localhost:" + port);
    }

    /// The server's address by this way.
    public String url() {
        return url;
    }

    public int port() {
        return port;
    }

    /// How many connections have been made.
    public long connections() {
        return connections.get();
    }

    /// Leads to another port from now on, as the address of a service does at a failover: what is connected to the
    /// old one is cut.
    public synchronized void redirect(int newTarget) {
        target = newTarget;
        cut();
    }

    /// Ends every fault.
    public synchronized void pass() {
        stopFlapping();
        delay = Duration.ZERO;
        mode = Mode.PASS;
        open();
    }

    /// Connections are reset and new ones refused.
    public synchronized void refuse() {
        stopFlapping();
        close(listener);
        cut();
    }

    /// Connections stay open and are taken, and no byte passes.
    public synchronized void hang() {
        pass();
        mode = Mode.HANG;
    }

    /// What is asked arrives at the server and is done; no answer comes back.
    public synchronized void loseAnswers() {
        pass();
        mode = Mode.DEAF;
    }

    /// Every answer comes later by this much.
    public synchronized void slow(Duration by) {
        pass();
        delay = by;
    }

    /// Resets the connections there are; new ones pass.
    public void cut() {
        sockets.forEach(FaultProxy::close);
        sockets.clear();
    }

    /// Refuses for a time, passes for as long, and so on.
    public synchronized void flap(Duration half) {
        pass();
        boolean[] passing = {true};
        Runnable turn = () -> {
            passing[0] = !passing[0];
            if (passing[0]) {
                open();
            } else {
                close(listener);
                cut();
            }
        };
        flapping = clock.scheduleAtFixedRate(turn, 0, half.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        refuse();
        clock.shutdownNow();
    }

    private void stopFlapping() {
        if (flapping != null) {
            flapping.cancel(false);
            flapping = null;
        }
    }

    private synchronized void open() {
        if (listener != null && !listener.isClosed()) {
            return;
        }
        try {
            ServerSocket opened = new ServerSocket();
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 1_024);
            listener = opened;
            Thread.startVirtualThread(() -> accept(opened));
        } catch (IOException e) {
            throw new StackFailure("the way cannot be opened on port " + port, e);
        }
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                connections.incrementAndGet();
                sockets.add(client);
                Thread.startVirtualThread(() -> connect(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        try {
            Socket server = new Socket("127.0.0.1", target);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            sockets.add(server);
            if (client.isClosed()) {
                close(server);
            }
            Thread.startVirtualThread(() -> pump(client, server, false));
            pump(server, client, true);
        } catch (IOException serverRefuses) {
            close(client);
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[16_384];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                hold(to, answers);
                out.write(buffer, 0, length);
            }
        } catch (IOException cut) {
            // the other side learns it by the close
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private void hold(Socket to, boolean answers) {
        if (answers && !delay.isZero()) {
            LockSupport.parkNanos(delay.toNanos());
        }
        while (!to.isClosed() && (mode == Mode.HANG || answers && mode == Mode.DEAF)) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /// With a reset, which peers notice at once even where they only read.
    private static void close(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException closedAlready) {
            // which was the aim
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new StackFailure("the way cannot be closed", e);
        }
    }
}

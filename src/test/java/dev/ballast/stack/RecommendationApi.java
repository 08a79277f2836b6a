package dev.ballast.stack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;

/// The stub of the external recommendation API: `GET /recommendations/{userId}` answers five items that depend on
/// the user alone, or misbehaves as told by `PUT /faults`. Faults are set on a second port, since the first may refuse.
final class RecommendationApi {
    private static final byte[] RUBBISH =
            "<html>{\"items\": 'not, what you [asked for".getBytes(StandardCharsets.UTF_8);
    private static final Duration LONGEST_HANG = Duration.ofMinutes(10);

    private final int port;
    private final AtomicLong calls = new AtomicLong();
    private volatile Fault fault = Fault.of(Fault.Kind.NONE);
    private HttpServer api;

    private RecommendationApi(int port) {
        this.port = port;
    }

    public static void main(String[] arguments) throws IOException {
        Logs.print(Level.WARNING);
        RecommendationApi stub = new RecommendationApi(Integer.parseInt(arguments[0]));
        HttpServer faults = listen(Integer.parseInt(arguments[1]));
        faults.createContext("/faults", stub::faults);
        faults.start();
        stub.open();
    }

    private static HttpServer listen(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 1_024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        return server;
    }

    private synchronized void open() throws IOException {
        if (api == null) {
            api = listen(port);
            api.createContext("/recommendations/", this::recommendations);
            api.start();
        }
    }

    private synchronized void close() {
        if (api != null) {
            api.stop(0);
            api = null;
        }
    }

    /// `GET` tells the fault and the number of calls so far, `PUT` sets it.
    private void faults(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("PUT")) {
            fault = Json.read(exchange.getRequestBody(), Fault.class);
            if (fault.kind() == Fault.Kind.REFUSE) {
                close();
            } else {
                open();
            }
        }
        answer(exchange, 200, Json.write(new Setting(fault, calls.get())));
    }

    private void recommendations(HttpExchange exchange) throws IOException {
        Fault now = fault;
        long call = calls.incrementAndGet();
        byte[] items = items(exchange.getRequestURI().getPath());
        switch (now.kind()) {
            case NONE, REFUSE -> answer(exchange, 200, items);
            case STATUS -> answer(exchange, now.status(), error(now));
            case HANG -> {
                lingerUnder(now, LONGEST_HANG);
                exchange.close();
            }
            case DELAY -> {
                lingerUnder(now, Duration.ofMillis(now.delayMs()));
                answer(exchange, 200, items);
            }
            case RUBBISH -> answer(exchange, 200, RUBBISH);
            case ENDLESS -> pour(exchange, now);
            case REDIRECT -> {
                exchange.getResponseHeaders()
                        .set("Location", exchange.getRequestURI().toString());
                answer(exchange, 302, new byte[0]);
            }
            case DRIP -> drip(exchange, now, items);
            case CUT -> cut(exchange, items);
            case ALTERNATE -> failOrAnswer(exchange, now, call % 2 == 0, items);
            case FLAPPING -> failOrAnswer(exchange, now, failsNow(now.delayMs()), items);
        }
    }

    /// In every other stretch of that length, which begin out of step with the seconds by which callers count.
    private static boolean failsNow(long stretchMs) {
        return (System.nanoTime() / 1_000_000 + stretchMs / 2) / stretchMs % 2 == 0;
    }

    private static void failOrAnswer(HttpExchange exchange, Fault now, boolean fails, byte[] items) throws IOException {
        answer(exchange, fails ? now.status() : 200, fails ? error(now) : items);
    }

    private void pour(HttpExchange exchange, Fault now) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            byte[] chunk = "[[[[[[[[[[[[[[[[".repeat(256).getBytes(StandardCharsets.UTF_8);
            while (fault == now) {
                body.write(chunk);
            }
        }
    }

    private void drip(HttpExchange exchange, Fault now, byte[] items) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, items.length);
        try (OutputStream body = exchange.getResponseBody()) {
            for (byte item : items) {
                body.write(item);
                body.flush();
                lingerUnder(now, Duration.ofSeconds(1));
            }
        }
    }

    private static void cut(HttpExchange exchange, byte[] items) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, items.length);
        exchange.getResponseBody().write(items, 0, items.length / 2);
        exchange.getResponseBody().flush();
        exchange.close();
    }

    /// Waits as long as the fault is in force, so that hanging calls end when the API is well again.
    private void lingerUnder(Fault now, Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        while (fault == now && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Math.min(20_000_000, deadline - System.nanoTime()));
        }
    }

    private static byte[] items(String path) {
        String user = path.substring(path.lastIndexOf('/') + 1);
        StringBuilder items = new StringBuilder("{\"userId\":").append(user.matches("[0-9]{1,18}") ? user : "0");
        String separator = ",\"items\":[";
        for (int rank = 1; rank <= 5; rank++) {
            int id = Math.floorMod(user.hashCode() * 31 + rank * 7_919, 5_000) + 1;
            items.append(separator)
                    .append("{\"id\":\"item-%d\",\"title\":\"Item %d\",\"score\":0.%d}".formatted(id, id, 10 - rank));
            separator = ",";
        }
        return items.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] error(Fault now) {
        return "{\"error\":\"fault %s\"}".formatted(now.kind()).getBytes(StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What `/faults` tells.
    record Setting(Fault fault, long calls) {}
}

package dev.ballast.stack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// The stack's remote control, on the loopback interface:
///
/// - `GET /` lists the servers and pods, `GET /{name}` tells about one;
/// - `POST /{name}/{kill|stop|start|restart|pause|resume}` acts on one and answers when that is done;
/// - `POST /pods` starts a pod of the service ([PodPlan]), `DELETE /{name}` kills and forgets it;
/// - `GET` and `PUT /faults` tell and set the fault of the recommendation API ([Fault]);
/// - `POST /end` ends the whole stack.
final class Control implements AutoCloseable {
    private final Fleet fleet;
    private final Runnable end;
    private final HttpServer server;
    private volatile Runnable changed = () -> {};
    private final HttpClient http = HttpClient.newHttpClient();

    /// @param end ends the stack
    Control(int port, Fleet fleet, Runnable end) {
        this.fleet = fleet;
        this.end = end;
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        } catch (IOException e) {
            throw new StackFailure("the control endpoint cannot listen on port " + port, e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /// Runs this now and after every command, since processes may be others then.
    void afterEveryCommand(Runnable told) {
        changed = told;
        told.run();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                // A browser says where a page is from; none has business here.
                boolean fromPage = exchange.getRequestHeaders().containsKey("Origin");
                answer(exchange, fromPage ? 403 : 200, fromPage ? new byte[0] : act(exchange));
            } catch (StackFailure | IllegalArgumentException | IOException e) {
                answer(exchange, 400, Json.write(new Refusal(String.valueOf(e.getMessage()))));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private byte[] act(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        return switch (exchange.getRequestMethod() + " " + path) {
            case "GET /" -> Json.write(fleet.statuses());
            case "GET /faults", "PUT /faults" -> forwardToFaults(exchange);
            case "POST /pods" -> {
                PodPlan plan = Json.read(exchange.getRequestBody(), PodPlan.class);
                yield changing(() -> fleet.startPod(plan));
            }
            case "POST /end" -> {
                end.run();
                yield new byte[0];
            }
            default -> actOnOne(exchange.getRequestMethod(), path.substring(1).split("/"));
        };
    }

    private byte[] actOnOne(String method, String[] path) {
        Supervised one = fleet.named(path[0]);
        if (method.equals("DELETE")) {
            return changing(() -> {
                fleet.removePod(path[0]);
                return one.status();
            });
        }
        if (path.length == 1) {
            return Json.write(one.status());
        }
        return changing(() -> switch (path[1]) {
            case "kill" -> one.kill();
            case "stop" -> one.stop();
            case "start" -> one.start();
            case "restart" -> one.restart();
            case "pause" -> one.pause();
            case "resume" -> one.resume();
            default -> throw new StackFailure("one can kill, stop, start, restart, pause and resume, not " + path[1]);
        });
    }

    private byte[] changing(Supplier<Status> command) {
        try {
            return Json.write(command.get());
        } finally {
            changed.run();
        }
    }

    private byte[] forwardToFaults(HttpExchange exchange) throws IOException, InterruptedException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        HttpRequest request = HttpRequest.newBuilder(URI.create(fleet.faultsUrl()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new StackFailure("the recommendation API refused the fault");
        }
        return response.body();
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    /// Why a command was not carried out.
    record Refusal(String error) {}
}

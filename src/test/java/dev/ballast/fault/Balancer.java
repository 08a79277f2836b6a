package dev.ballast.fault;

import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// One address for several pods, as a Service of Kubernetes is: each new connection goes to the next pod that is ready,
/// and stays with it. That a pod has become ready, or no longer is, gets about only after a while.
final class Balancer implements AutoCloseable {
    private static final long LOOK_EVERY_MS = 100;
    private static final Duration GETS_ABOUT_AFTER = Duration.ofMillis(500);

    private final EventLoop loop;
    private final HttpClient probe;
    private final NetClient way;
    private final NetServer server;
    private final long looking;
    private final List<String> ready = new CopyOnWriteArrayList<>();
    private final Map<String, List<String>> seen = new ConcurrentHashMap<>();
    private int turn;

    /// @param urls of the pods, `http://host:port`
    Balancer(EventLoop loop, List<String> urls) {
        this.loop = loop;
        urls.forEach(url -> seen.put(url, new CopyOnWriteArrayList<>()));
        probe = loop.vertx().createHttpClient(new HttpClientOptions().setKeepAlive(false));
        way = loop.vertx().createNetClient();
        server = loop.vertx()
                .createNetServer()
                .connectHandler(this::lead)
                .listen(0, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        looking = loop.vertx().setPeriodic(LOOK_EVERY_MS, _ -> urls.forEach(this::look));
    }

    String url() {
        return "http://localhost:" + server.actualPort();
    }

    /// How many pods get new connections now.
    int ready() {
        return ready.size();
    }

    /// What a pod said of its readiness, in order and without repetitions: statuses, and `gone` where nobody listens.
    List<String> seen(String url) {
        return new ArrayList<>(seen.get(url));
    }

    private void look(String url) {
        RequestOptions question = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(url + "/q/health/ready")
                .setTimeout(1_000);
        probe.request(question)
                .compose(request -> request.send())
                .onSuccess(response -> note(url, Integer.toString(response.statusCode())))
                .onFailure(failure -> {
                    if (failure instanceof ConnectException) {
                        note(url, "gone");
                    }
                });
    }

    private void note(String url, String said) {
        List<String> before = seen.get(url);
        if (!before.isEmpty() && before.getLast().equals(said)) {
            return;
        }
        before.add(said);
        loop.after(GETS_ABOUT_AFTER, () -> {
            ready.remove(url);
            if (before.getLast().equals("200")) {
                ready.add(url);
            }
        });
    }

    private void lead(NetSocket caller) {
        List<String> choice = List.copyOf(ready);
        if (choice.isEmpty()) {
            caller.close();
            return;
        }
        caller.pause();
        URI pod = URI.create(choice.get(turn++ % choice.size()));
        way.connect(pod.getPort(), pod.getHost()).onFailure(_ -> caller.close()).onSuccess(callee -> {
            // each end that is closed closes the other
            callee.pipeTo(caller);
            caller.pipeTo(callee);
        });
    }

    @Override
    public void close() {
        loop.vertx().cancelTimer(looking);
        server.close();
        way.close();
        probe.close();
    }
}

package dev.ballast.fault;

import dev.ballast.stack.Tokens;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Pods of the packaged service as their callers see them.
final class HttpPods implements Subject {
    private static final int CONNECTIONS = 64;
    private static final int PATIENCE_MS = 15_000;
    private static final String OPERATOR = Tokens.operator();
    private static final Pattern DETAIL = Pattern.compile("\"detail\" *: *\"([^\"]*)\"");

    private final List<String> urls;
    private final List<HttpClient> clients;

    private record Answer(int status, String etag, String invalidation, String tier, Buffer body) {}

    /// @param urls of the pods, `http://host:port`
    HttpPods(EventLoop loop, List<String> urls) {
        this.urls = urls;
        // one client each, so that a pod that hangs takes no connection from the other
        this.clients = urls.stream()
                .map(_ -> loop.vertx()
                        .createHttpClient(
                                new HttpClientOptions().setKeepAlive(true),
                                new PoolOptions().setHttp1MaxSize(CONNECTIONS)))
                .toList();
    }

    @Override
    public int pods() {
        return urls.size();
    }

    @Override
    public void write(int pod, long key, Consumer<Written> answer) {
        JsonObject change =
                new JsonObject().put("name", "Checked").put("email", email(key)).put("plan", "pro");
        send(pod, HttpMethod.PUT, "/users/" + key, change).onComplete(result -> {
            Answer got = result.result();
            if (got == null || got.status != 200) {
                answer.accept(new Written.Unknown(why(result)));
            } else if ("acknowledged".equals(got.invalidation)) {
                answer.accept(new Written.Acknowledged(version(got.etag)));
            } else {
                answer.accept(new Written.Deferred(version(got.etag)));
            }
        });
    }

    @Override
    public void read(int pod, List<Long> keys, Consumer<Seen> answer) {
        boolean single = keys.size() == 1;
        String path = single ? "/users/" + keys.getFirst() : "/users?ids=" + joined(keys);
        send(pod, HttpMethod.GET, path, null).onComplete(result -> {
            Answer got = result.result();
            if (got != null && got.status == 200) {
                answer.accept(
                        single
                                ? new Seen.Versions(Map.of(keys.getFirst(), version(got.etag)), got.tier)
                                : new Seen.Versions(versions(got), ""));
            } else if (got != null && got.status == 404 && single) {
                answer.accept(new Seen.Versions(Map.of(keys.getFirst(), 0L), "no such user"));
            } else {
                answer.accept(new Seen.Nothing(why(result)));
            }
        });
    }

    @Override
    public void warmUp(int pod, List<Long> keys, Consumer<Boolean> done) {
        JsonObject ids = new JsonObject().put("ids", new JsonArray(keys));
        send(pod, HttpMethod.POST, "/ops/cache/users/warmup", ids)
                .onComplete(result -> done.accept(result.succeeded() && result.result().status == 200));
    }

    /// The address of the user that a check made for this key; a change leaves it as it is.
    static String email(long key) {
        return "coherence-" + key + "@example.org";
    }

    private Future<Answer> send(int pod, HttpMethod method, String path, JsonObject body) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(urls.get(pod) + path)
                .setTimeout(PATIENCE_MS)
                .putHeader("Authorization", "Bearer " + OPERATOR)
                .putHeader("Content-Type", "application/json");
        return clients.get(pod)
                .request(options)
                .compose(request -> body == null ? request.send() : request.send(body.toBuffer()))
                .compose(response -> response.body()
                        .map(bytes -> new Answer(
                                response.statusCode(),
                                response.getHeader("ETag"),
                                response.getHeader("Ballast-Invalidation"),
                                Objects.requireNonNullElse(response.getHeader("Cache-Status"), ""),
                                bytes)));
    }

    private static Map<Long, Long> versions(Answer bulk) {
        Map<Long, Long> versions = new HashMap<>();
        JsonArray users = bulk.body.toJsonObject().getJsonArray("users");
        for (int i = 0; i < users.size(); i++) {
            JsonObject user = users.getJsonObject(i);
            versions.put(user.getLong("id"), user.getLong("version"));
        }
        return versions;
    }

    private static String joined(List<Long> keys) {
        return keys.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static long version(String etag) {
        return Long.parseLong(etag.substring(1, etag.length() - 1));
    }

    /// The status and what the problem says, or how there was no answer at all.
    private static String why(AsyncResult<Answer> result) {
        if (result.failed()) {
            return result.cause().getClass().getSimpleName();
        }
        Answer got = result.result();
        Matcher detail = DETAIL.matcher(got.body.toString());
        return detail.find() ? got.status + " " + detail.group(1) : "" + got.status;
    }
}

package dev.ballast.admission;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/// Calls from an address of one's own: all of 127.0.0.0/8 is this machine.
public final class From implements AutoCloseable {
    private final HttpClient http;
    private final String url;

    private From(HttpClient http, String url) {
        this.http = http;
        this.url = url;
    }

    /// @param address within 127.0.0.0/8
    public static From address(String address, String url) {
        return address(address, url, HttpClient.Version.HTTP_1_1);
    }

    static From address(String address, String url, HttpClient.Version version) {
        try {
            HttpClient http = HttpClient.newBuilder()
                    .localAddress(InetAddress.getByName(address))
                    .version(version)
                    .build();
            return new From(http, url.replace("localhost", "127.0.0.1"));
        } catch (IOException notOfThisMachine) {
            throw new IllegalArgumentException(address, notOfThisMachine);
        }
    }

    /// @param headers name, value, name, value, …
    public HttpResponse<String> get(String path, String... headers) {
        return send(HttpRequest.newBuilder().GET(), path, headers);
    }

    public HttpResponse<String> getAs(String token, String path) {
        return get(path, "Authorization", "Bearer " + token);
    }

    public HttpResponse<String> put(String token, String path, String body) {
        return send(
                HttpRequest.newBuilder().PUT(HttpRequest.BodyPublishers.ofString(body)),
                path,
                "Authorization",
                "Bearer " + token,
                "Content-Type",
                "application/json");
    }

    public HttpResponse<String> delete(String token, String path) {
        return send(HttpRequest.newBuilder().DELETE(), path, "Authorization", "Bearer " + token);
    }

    public HttpResponse<String> options(String path) {
        return send(HttpRequest.newBuilder().method("OPTIONS", HttpRequest.BodyPublishers.noBody()), path);
    }

    public HttpResponse<String> post(String path, String body) {
        return post(path, "application/json", body);
    }

    HttpResponse<String> post(String path, String type, String body) {
        return send(
                HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body)), path, "Content-Type", type);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String path, String... headers) {
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.uri(URI.create(url + path)).build(), BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new IllegalStateException("no answer to " + path, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    public static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    public static JsonObject json(HttpResponse<String> response) {
        return new JsonObject(response.body());
    }

    @Override
    public void close() {
        http.close();
    }
}

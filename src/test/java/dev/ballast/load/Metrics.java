package dev.ballast.load;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// What a pod's `/q/metrics` said at one moment.
public final class Metrics {
    private final List<String> lines;

    private Metrics(List<String> lines) {
        this.lines = lines;
    }

    /// Asks every pod and takes all they say together.
    ///
    /// @param urls of pods, `http://host:port`
    public static Metrics of(String... urls) {
        List<String> lines = new ArrayList<>();
        Stream.of(urls).flatMap(Metrics::read).forEach(lines::add);
        return new Metrics(lines);
    }

    /// The sum over all series of this name that carry all of these labels; 0 where there is none.
    ///
    /// @param name as Prometheus sees it, such as `ballast_cache_hits_total`
    /// @param labels as `tier="l1"`
    public double sum(String name, String... labels) {
        return find(name, labels).orElse(0);
    }

    /// As [#sum(String, String...)], empty where there is no such series.
    public OptionalDouble find(String name, String... labels) {
        List<Double> values = lines.stream()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                .toList();
        return values.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        values.stream().mapToDouble(Double::doubleValue).sum());
    }

    private static Stream<String> read(String url) {
        try {
            HttpURLConnection call =
                    (HttpURLConnection) URI.create(url + "/q/metrics").toURL().openConnection();
            call.setRequestProperty("Accept", "text/plain");
            call.setConnectTimeout(2_000);
            call.setReadTimeout(10_000);
            try (var body = call.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8).lines();
            } finally {
                call.disconnect();
            }
        } catch (IOException e) {
            throw new IllegalStateException("no metrics from " + url, e);
        }
    }
}

package dev.ballast.redis;

import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;

/// Where Redis is, fit for a log line: host and port only, as the rest of the URL may carry a password.
final class Address {
    private static final int DEFAULT_PORT = 6379;

    private Address() {}

    static String of(List<String> urls) {
        return urls.stream().map(Address::of).collect(Collectors.joining(", "));
    }

    private static String of(String url) {
        URI uri = URI.create(url);
        if (uri.getHost() == null) {
            return uri.getScheme() + "://" + uri.getPath();
        }
        return uri.getHost() + ":" + (uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
    }
}

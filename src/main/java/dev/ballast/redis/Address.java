package dev.ballast.redis;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Where Redis is, fit for a log line: host and port only, as the rest of the URL may carry a password.
final class Address {
    private static final int DEFAULT_PORT = 6379;
    private static final Pattern PORT = Pattern.compile(":\\d+$");

    private Address() {}

    static String of(List<String> urls) {
        return urls.stream().map(Address::of).collect(Collectors.joining(", "));
    }

    private static String of(String url) {
        URI uri = URI.create(url);
        String authority = uri.getRawAuthority();
        if (authority == null) {
            return uri.getScheme() + "://" + uri.getPath();
        }
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        return PORT.matcher(host).find() ? host : host + ":" + DEFAULT_PORT;
    }
}

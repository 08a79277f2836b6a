package dev.ballast.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A Lua script that Redis runs as one atomic step. Immutable; make one per script and keep it.
public final class RedisScript {
    private final String name;
    private final String source;
    private final String sha1;

    private RedisScript(String name, String source) {
        this.name = name;
        this.source = source;
        this.sha1 = sha1(source);
    }

    /// Reads the script from `lua/<name>.lua` on the class path.
    ///
    /// @param begins names of files there that go before it, in this order: what several scripts begin with
    /// @throws IllegalArgumentException where one of them is not there
    public static RedisScript named(String name, String... begins) {
        StringBuilder source = new StringBuilder();
        for (String begin : begins) {
            source.append(read(begin));
        }
        return of(name, source.append(read(name)).toString());
    }

    private static String read(String name) {
        String path = "lua/" + name + ".lua";
        try (InputStream stream = Thread.currentThread().getContextClassLoader().getResourceAsStream(path)) {
            if (stream == null) {
                throw new IllegalArgumentException("no script " + path + " on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A script given as text; `name` is its label in metrics.
    public static RedisScript of(String name, String source) {
        return new RedisScript(name, source);
    }

    String name() {
        return name;
    }

    String source() {
        return source;
    }

    String sha1() {
        return sha1;
    }

    private static String sha1(String source) {
        try {
            // What Redis itself names a script by; no secret depends on it.
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(digest.digest(source.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.ballast.security;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/// Publishes the keys of an issuer of tokens as a set (RFC 7517).
final class KeyServer implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile String set = new JsonWebKeySet(List.of()).toJson();

    /// A key with its name.
    record Key(String id, KeyPair pair) {
        static Key make(String id) {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                return new Key(id, generator.generateKeyPair());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        private JsonWebKey published() {
            try {
                PublicJsonWebKey key = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
                key.setKeyId(id);
                key.setAlgorithm("RS256");
                return key;
            } catch (JoseException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// @param maxAge in seconds, for which readers may keep the set
    KeyServer(int maxAge) {
        try {
            server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/keys", exchange -> {
            asked.incrementAndGet();
            byte[] body = set.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("Cache-Control", "max-age=" + maxAge);
            exchange.sendResponseHeaders(200, body.length);
            try (exchange) {
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/keys";
    }

    /// These and no others from now on.
    void publish(Key... keys) {
        set = new JsonWebKeySet(Arrays.stream(keys).map(Key::published).toList()).toJson();
    }

    /// How often the set has been read.
    int asked() {
        return asked.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package dev.ballast.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// A file of the page, read and compressed once.
///
/// @param tag a strong entity tag of what is in it
record PageFile(String contentType, String tag, Buffer plain, Buffer compressed) {
    private static final int TAG_BYTES = 12;

    /// @throws IllegalStateException where the build left it out
    static PageFile read(String place, String name) {
        try (InputStream stream = PageFile.class.getResourceAsStream(place + name)) {
            if (stream == null) {
                throw new IllegalStateException("the operations page lacks " + name);
            }
            byte[] plain = stream.readAllBytes();
            return of(typeOf(name), plain);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// Of text, given as such.
    static PageFile of(String contentType, String text) {
        return of(contentType, text.getBytes(UTF_8));
    }

    private static PageFile of(String contentType, byte[] plain) {
        return new PageFile(contentType, tagOf(plain), Buffer.buffer(plain), Buffer.buffer(compressed(plain)));
    }

    private static String typeOf(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> throw new IllegalStateException("no content type for " + name);
        };
    }

    private static String tagOf(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            byte[] start = Arrays.copyOf(digest, TAG_BYTES);
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(start) + '"';
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] compressed(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new BestCompression(bytes)) {
            zip.write(plain);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static final class BestCompression extends GZIPOutputStream {
        BestCompression(ByteArrayOutputStream to) throws IOException {
            super(to);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}

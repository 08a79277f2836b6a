package dev.ballast.stack;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Commands to a Redis server past the service, over a connection of its own: snapshots, `FLUSHALL`, foreign bytes.
/// Each call blocks for its answer.
public final class RedisConsole implements AutoCloseable {
    private static final int PATIENCE_MS = 10_000;

    private final Socket socket;
    private final InputStream in;

    /// @param url `redis://host:port`
    public RedisConsole(String url) {
        URI address = URI.create(url);
        try {
            socket = new Socket(address.getHost(), address.getPort());
            socket.setSoTimeout(PATIENCE_MS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new StackFailure("no Redis at " + url, e);
        }
    }

    /// One command on a connection of its own.
    public static String once(String url, String... command) {
        try (RedisConsole console = new RedisConsole(url)) {
            return String.valueOf(console.call(command));
        }
    }

    /// The answer: text, a `Long`, a list of answers, or null.
    ///
    /// @throws StackFailure where Redis refuses
    public Object call(String... command) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(ascii("*" + command.length + "\r\n"));
        for (String word : command) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            request.writeBytes(ascii("$" + bytes.length + "\r\n"));
            request.writeBytes(bytes);
            request.writeBytes(ascii("\r\n"));
        }
        try {
            request.writeTo(socket.getOutputStream());
            return answer();
        } catch (IOException e) {
            throw new StackFailure("Redis does not answer " + String.join(" ", command), e);
        }
    }

    /// All keys that match, from one server.
    public List<String> keys(String pattern) {
        List<String> keys = new ArrayList<>();
        ((List<?>) call("KEYS", pattern)).forEach(key -> keys.add((String) key));
        return keys;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new StackFailure("cannot hang up", e);
        }
    }

    private Object answer() throws IOException {
        int kind = in.read();
        String line = line();
        return switch (kind) {
            case '+' -> line;
            case ':' -> Long.valueOf(line);
            case '$' -> text(Integer.parseInt(line));
            case '*' -> list(Integer.parseInt(line));
            case '-' -> throw new StackFailure("Redis refuses: " + line);
            default -> throw new StackFailure("Redis answers what this cannot read: " + kind);
        };
    }

    private String text(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        in.skipNBytes(2);
        return text;
    }

    private List<Object> list(int length) throws IOException {
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            all.add(answer());
        }
        return all;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new IOException("Redis hung up");
            }
            line.append((char) next);
        }
        in.skipNBytes(1);
        return line.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

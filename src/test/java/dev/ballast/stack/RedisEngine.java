package dev.ballast.stack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Redis. It writes a snapshot only when told to (`SAVE`) and loads the one there is when it starts, so that a
/// test decides what a restart brings back.
final class RedisEngine implements Engine {
    private final int port;
    private final Path data;
    private final Binaries binaries;

    RedisEngine(int port, Path state, Binaries binaries) {
        this.port = port;
        this.data = state.resolve("data/redis");
        this.binaries = binaries;
    }

    @Override
    public String name() {
        return Server.REDIS.id();
    }

    @Override
    public String title() {
        return Server.REDIS.title();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String url() {
        return "redis://localhost:" + port;
    }

    @Override
    public void prepare() throws IOException {
        Files.createDirectories(data);
    }

    @Override
    public List<String> command() {
        try {
            return List.of(
                    binaries.redis().toString(),
                    "--port",
                    Integer.toString(port),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    data.toString(),
                    "--dbfilename",
                    "dump.rdb",
                    "--save",
                    "",
                    "--appendonly",
                    "no");
        } catch (IOException e) {
            throw new StackFailure("cannot unpack Redis: " + e, e);
        }
    }

    @Override
    public boolean ready() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
            socket.setSoTimeout(500);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }
}

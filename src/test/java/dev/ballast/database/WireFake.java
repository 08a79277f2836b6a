package dev.ballast.database;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Speaks as much of PostgreSQL's protocol as the client needs to take it for a server whose every answer is empty,
/// and falls silent, or greets nobody any more, when the test says so.
final class WireFake {
    private final NetServer server;
    final AtomicInteger statements = new AtomicInteger();
    private final Queue<NetSocket> clients = new ConcurrentLinkedQueue<>();
    volatile boolean silent;
    volatile boolean greetsNobody;

    WireFake(Vertx vertx) {
        server = vertx.createNetServer(new NetServerOptions().setSoLinger(0)) // closing is a reset
                .connectHandler(this::greet)
                .listen(0, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    String url() {
        return "postgresql://ballast:ballast@localhost:" + server.actualPort() + "/ballast";
    }

    /// Resets every connection.
    void reset() {
        clients.forEach(NetSocket::close);
        clients.clear();
    }

    /// The first message has no type, but a length like all others.
    private void greet(NetSocket client) {
        clients.add(client);
        RecordParser parser = RecordParser.newFixed(4);
        StringBuilder expected = new StringBuilder("l");
        char[] type = {'\0'};
        parser.handler(bytes -> {
            switch (expected.toString()) {
                case "t" -> {
                    type[0] = (char) bytes.getByte(0);
                    expect(parser, expected, "l", 4);
                }
                case "l" -> {
                    int rest = bytes.getInt(0) - 4;
                    if (rest == 0) {
                        answer(client, type[0]);
                        expect(parser, expected, "t", 1);
                    } else {
                        expect(parser, expected, "b", rest);
                    }
                }
                default -> {
                    answer(client, type[0]);
                    expect(parser, expected, "t", 1);
                }
            }
        });
        client.handler(parser);
    }

    private static void expect(RecordParser parser, StringBuilder expected, String what, int bytes) {
        expected.setLength(0);
        expected.append(what);
        parser.fixedSizeMode(bytes);
    }

    private void answer(NetSocket client, char type) {
        if (type == 'Q' || type == 'E') {
            statements.incrementAndGet();
        }
        Buffer answer =
                switch (type) {
                    case '\0' -> greetsNobody ? Buffer.buffer() : welcome();
                    case 'Q' -> message('C', Buffer.buffer("SELECT 0\0")).appendBuffer(ready());
                    case 'P' -> message('1', Buffer.buffer());
                    case 'D' ->
                        message('t', Buffer.buffer().appendShort((short) 0))
                                .appendBuffer(message('n', Buffer.buffer()));
                    case 'B' -> message('2', Buffer.buffer());
                    case 'E' -> message('C', Buffer.buffer("SELECT 0\0"));
                    case 'S' -> ready();
                    default -> Buffer.buffer();
                };
        if (!silent) {
            client.write(answer);
        }
    }

    private static Buffer welcome() {
        return message('R', Buffer.buffer().appendInt(0))
                .appendBuffer(message('S', Buffer.buffer("client_encoding\0UTF8\0")))
                .appendBuffer(message('S', Buffer.buffer("server_version\u000016.0\0")))
                .appendBuffer(ready());
    }

    private static Buffer ready() {
        return message('Z', Buffer.buffer("I"));
    }

    private static Buffer message(char type, Buffer body) {
        return Buffer.buffer(new byte[] {(byte) type})
                .appendInt(body.length() + 4)
                .appendBuffer(body);
    }
}

package dev.ballast.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/// A way to a server fails as told, and the server itself goes on.
class FaultProxyIT {
    private final Stack stack = Stack.shared();

    @Test
    void redis_cutHungSlowedAndHealed() throws IOException {
        try (FaultProxy way = FaultProxy.to(stack, Server.REDIS);
                Socket before = connect(way)) {
            assertEquals("+PONG", ping(before));

            way.hang();
            assertThrows(SocketTimeoutException.class, () -> ping(before));
            way.pass();
            assertEquals("+PONG", answer(before), "what was held back arrives");

            way.slow(Duration.ofMillis(200));
            long begin = System.nanoTime();
            assertEquals("+PONG", ping(before));
            assertTrue(System.nanoTime() - begin >= Duration.ofMillis(200).toNanos());

            way.refuse();
            assertThrows(IOException.class, () -> ping(before));
            assertThrows(ConnectException.class, () -> connect(way).close());
            way.pass();
            try (Socket after = connect(way)) {
                assertEquals("+PONG", ping(after));
            }
            assertEquals(2, way.connections());
        }
    }

    @Test
    void kafka_clientsStayOnTheWayTheyWereGiven() throws Exception {
        try (FaultProxy way = FaultProxy.to(stack, Server.KAFKA)) {
            Map<String, Object> settings =
                    Map.of("bootstrap.servers", way.url(), "delivery.timeout.ms", 2_000, "request.timeout.ms", 1_000);
            try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                producer.send(new ProducerRecord<>("way", "passes")).get(20, TimeUnit.SECONDS);
                way.refuse();
                var lost = producer.send(new ProducerRecord<>("way", "is lost"));
                assertThrows(ExecutionException.class, () -> lost.get(20, TimeUnit.SECONDS));
            }
        }
    }

    private static Socket connect(FaultProxy way) throws IOException {
        Socket socket = new Socket("127.0.0.1", way.port());
        socket.setSoTimeout(500);
        return socket;
    }

    private static String ping(Socket socket) throws IOException {
        socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        return answer(socket);
    }

    private static String answer(Socket socket) throws IOException {
        byte[] answer = socket.getInputStream().readNBytes(7);
        if (answer.length < 7) {
            throw new IOException("closed");
        }
        return new String(answer, StandardCharsets.US_ASCII).strip();
    }
}

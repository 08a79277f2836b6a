package dev.ballast.degradation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An event loop that is kept busy for longer than a deadline, with a real socket as the dependency.
class DeadlinesTest {
    private static final Duration DEADLINE = Duration.ofMillis(20);
    private static final long BUSY_MS = 200;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context loop = vertx.getOrCreateContext();
    private ServerSocket dependency;

    @BeforeEach
    void listen() throws IOException {
        dependency = new ServerSocket(0);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        dependency.close();
    }

    @Test
    void timer_answerArrivesWhileTheLoopIsBusy_answerIsTaken() throws Exception {
        assertEquals("pong", call(true).get(10, TimeUnit.SECONDS));
    }

    @Test
    void timer_noAnswer_failsOnceTheLoopIsFree() throws Exception {
        CompletableFuture<String> outcome = call(false);
        Exception failure = assertThrows(Exception.class, () -> outcome.get(10, TimeUnit.SECONDS));
        assertEquals(TimeoutException.class, failure.getCause().getClass());
    }

    @Test
    void timer_outsideOfAnEventLoop_failsToo() {
        Uni<Object> never = Uni.createFrom().nothing();
        assertThrows(TimeoutException.class, () -> never.ifNoItem()
                .after(DEADLINE)
                .on(Deadlines.timer())
                .fail()
                .await()
                .indefinitely());
    }

    /// Asks, and keeps the loop busy from then on until well past the deadline and the answer.
    private CompletableFuture<String> call(boolean answered) throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<NetSocket> connected = new CompletableFuture<>();
        loop.runOnContext(_ -> vertx.createNetClient()
                .connect(dependency.getLocalPort(), "localhost")
                .onSuccess(connected::complete)
                .onFailure(connected::completeExceptionally));
        Socket accepted = dependency.accept();
        NetSocket socket = connected.get(10, TimeUnit.SECONDS);
        loop.runOnContext(_ -> {
            Uni.createFrom()
                    .<Buffer>emitter(emitter -> socket.handler(emitter::complete))
                    .ifNoItem()
                    .after(DEADLINE)
                    .on(Deadlines.timer())
                    .fail()
                    .subscribe()
                    .with(answer -> outcome.complete(answer.toString()), outcome::completeExceptionally);
            asked.countDown();
            keepBusy();
        });
        asked.await();
        if (answered) {
            accepted.getOutputStream().write("pong".getBytes(US_ASCII));
            accepted.getOutputStream().flush();
        }
        return outcome;
    }

    private static void keepBusy() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BUSY_MS);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}

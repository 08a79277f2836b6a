package dev.ballast.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    private static final Duration LIMIT = Duration.ofMillis(50);
    private static final long PATIENCE_S = 20;

    /// With one event loop, which answers come to and timers run on.
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    private final Vertx other = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final CompletableFuture<Void> holding = new CompletableFuture<>();
    private final CountDownLatch answered = new CountDownLatch(1);

    @AfterEach
    void close() {
        vertx.close();
        other.close();
    }

    private static final class TooLate extends RuntimeException {}

    /// Like a pod that its collector or the scheduler holds up while PostgreSQL answers.
    @Test
    void within_loopIsHeldUpBeyondTheLimitWhileTheAnswerComes_takesTheAnswer() throws Exception {
        CompletableFuture<NetSocket> holder = new CompletableFuture<>();
        NetServer server = other.createNetServer()
                .connectHandler(socket -> socket.handler(said -> {
                    if (said.toString().equals("hold me up")) {
                        holder.complete(socket);
                        return;
                    }
                    holding.thenRun(() -> socket.write(said).onSuccess(_ -> answered.countDown()));
                    holder.join().write("now");
                }));
        int port = await(server.listen(0, "localhost")).actualPort();
        NetSocket held = await(vertx.createNetClient().connect(port, "localhost"));
        held.handler(_ -> holdUp()); // while it reads, so that its timers are next
        await(held.write("hold me up"));
        holder.get(PATIENCE_S, TimeUnit.SECONDS);
        CompletableFuture<Buffer> answer = new CompletableFuture<>();
        vertx.createNetClient().connect(port, "localhost").onSuccess(socket -> {
            Uni<Buffer> asked = Uni.createFrom().emitter(emitter -> {
                socket.handler(emitter::complete);
                var _ = socket.write("ping");
            });
            Deadline.within(LIMIT, asked, TooLate::new)
                    .subscribe()
                    .with(answer::complete, answer::completeExceptionally);
        });

        assertEquals("ping", answer.get(PATIENCE_S, TimeUnit.SECONDS).toString());
    }

    private void holdUp() {
        holding.complete(null);
        long until = System.nanoTime() + 2 * LIMIT.toNanos();
        try {
            assertTrue(answered.await(PATIENCE_S, TimeUnit.SECONDS));
            TimeUnit.NANOSECONDS.sleep(until - System.nanoTime());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void within_nobodyAnswers_failsOnTheLoopAndCancels() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        CompletableFuture<Thread> failedOn = new CompletableFuture<>();
        vertx.runOnContext(_ -> Deadline.within(LIMIT, hanging(cancelled), TooLate::new)
                .subscribe()
                .with(
                        answer -> failedOn.completeExceptionally(new AssertionError(answer)),
                        failure -> failedOn.complete(
                                failure instanceof TooLate && Vertx.currentContext() != null
                                        ? Thread.currentThread()
                                        : null)));

        assertTrue(cancelled.await(PATIENCE_S, TimeUnit.SECONDS));
        assertTrue(failedOn.get(PATIENCE_S, TimeUnit.SECONDS).getName().contains("eventloop"));
    }

    @Test
    void within_noContext_failsToo() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        CompletableFuture<Object> answer =
                Deadline.within(LIMIT, hanging(cancelled), TooLate::new).subscribeAsCompletionStage();

        CompletionException failure = assertThrows(CompletionException.class, answer::join);
        assertInstanceOf(TooLate.class, failure.getCause());
        assertTrue(cancelled.await(PATIENCE_S, TimeUnit.SECONDS));
    }

    private static Uni<Object> hanging(CountDownLatch cancelled) {
        return Uni.createFrom().emitter(emitter -> emitter.onTermination(cancelled::countDown));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    }
}

package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class FlightTest {
    private static final VertxInternal VERTX = (VertxInternal) Vertx.vertx();
    private static final CacheRead<String> READ = CacheRead.fromMemory("v");

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void land_waitersOfManyRequests_eachResumesOnItsOwnContext() throws Exception {
        Flight<String> flight = new Flight<>();
        List<ContextInternal> requests = new ArrayList<>();
        List<CompletableFuture<Context>> resumed = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ContextInternal request = VERTX.createEventLoopContext().duplicate();
            requests.add(request);
            resumed.add(join(flight, request));
        }

        requests.getFirst().runOnContext(_ -> flight.land(READ));

        for (int i = 0; i < requests.size(); i++) {
            assertSame(requests.get(i), resumed.get(i).get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void crash_waiterOnAnotherContext_failsThere() throws Exception {
        Flight<String> flight = new Flight<>();
        ContextInternal request = VERTX.createEventLoopContext().duplicate();
        CompletableFuture<Context> failedOn = new CompletableFuture<>();
        CompletableFuture<Void> subscribed = new CompletableFuture<>();
        request.runOnContext(_ -> {
            flight.join().subscribe().with(_ -> {}, _ -> failedOn.complete(Vertx.currentContext()));
            subscribed.complete(null);
        });
        subscribed.get(10, TimeUnit.SECONDS);

        flight.crash(new IllegalStateException());

        assertSame(request, failedOn.get(10, TimeUnit.SECONDS));
    }

    @Test
    void join_afterLanding_answersAtOnce() {
        Flight<String> flight = new Flight<>();
        flight.land(READ);
        assertEquals(READ, flight.join().await().indefinitely());
    }

    private static CompletableFuture<Context> join(Flight<String> flight, ContextInternal request) throws Exception {
        CompletableFuture<Context> resumed = new CompletableFuture<>();
        CompletableFuture<Void> subscribed = new CompletableFuture<>();
        request.runOnContext(_ -> {
            flight.join()
                    .subscribe()
                    .with(_ -> resumed.complete(Vertx.currentContext()), resumed::completeExceptionally);
            subscribed.complete(null);
        });
        subscribed.get(10, TimeUnit.SECONDS);
        return resumed;
    }
}

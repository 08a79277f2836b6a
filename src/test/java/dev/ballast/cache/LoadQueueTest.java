package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadQueueTest {
    /// Loads that end when the test says so.
    private final List<Load> loads = new ArrayList<>();

    private final LoadQueue<Integer, String> queue = new LoadQueue<>(this::load, 2);

    private record Load(List<Integer> keys, UniEmitter<? super Map<Integer, String>> emitter) {
        void succeed() {
            Map<Integer, String> values = new HashMap<>();
            keys.forEach(key -> values.put(key, "v" + key));
            emitter.complete(values);
        }
    }

    private Uni<Map<Integer, String>> load(Collection<Integer> keys) {
        return Uni.createFrom().emitter(emitter -> loads.add(new Load(List.copyOf(keys), emitter)));
    }

    @Test
    void load_aThousandKeysOneByOne_takesFourLoads() {
        List<UniAssertSubscriber<Map<Integer, String>>> asked =
                IntStream.range(0, 1000).mapToObj(this::ask).toList();
        assertEquals(2, loads.size(), "no more than two at once");
        for (int i = 0; i < loads.size(); i++) {
            loads.get(i).succeed();
        }
        assertEquals(
                List.of(1, 1, 500, 498),
                loads.stream().map(l -> l.keys().size()).toList());
        for (int key = 0; key < 1000; key++) {
            assertEquals("v" + key, asked.get(key).awaitItem().getItem().get(key));
        }
    }

    @Test
    void load_fails_failsThoseWhoWaitedForItOnly() {
        UniAssertSubscriber<Map<Integer, String>> first = ask(1);
        UniAssertSubscriber<Map<Integer, String>> second = ask(2);
        loads.get(0).emitter().fail(new IOException("refused"));
        loads.get(1).succeed();
        first.awaitFailure().assertFailedWith(IOException.class, "refused");
        second.awaitItem().assertCompleted();
    }

    @Test
    void load_cancelledBeforeItsTurn_isNotLoaded() {
        ask(1);
        ask(2);
        ask(3).cancel();
        ask(4);
        loads.get(0).succeed();
        assertEquals(List.of(4), loads.get(2).keys());
    }

    @Test
    void load_afterAllWereCancelled_goesOn() {
        ask(1);
        ask(2);
        ask(3).cancel();
        loads.get(0).succeed();
        loads.get(1).succeed();
        UniAssertSubscriber<Map<Integer, String>> next = ask(5);
        loads.get(2).succeed();
        assertTrue(next.awaitItem().getItem().containsKey(5));
    }

    @Test
    void load_loaderThrows_failsAndFreesItsPlace() {
        LoadQueue<Integer, String> broken = new LoadQueue<>(
                keys -> {
                    throw new IllegalStateException("bug");
                },
                1);
        for (int i = 0; i < 3; i++) {
            broken.load(List.of(i))
                    .subscribe()
                    .withSubscriber(UniAssertSubscriber.create())
                    .awaitFailure()
                    .assertFailedWith(IllegalStateException.class, "bug");
        }
        assertFalse(loads.iterator().hasNext());
    }

    private UniAssertSubscriber<Map<Integer, String>> ask(int key) {
        return queue.load(List.of(key)).subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}

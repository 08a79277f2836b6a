package dev.ballast.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ballast.tracing.Tracing;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadsTest {
    private final List<Collection<Integer>> calls = new ArrayList<>();
    private final Deque<UniEmitter<? super Map<Integer, String>>> open = new ArrayDeque<>();
    private final Loads<Integer, String> loads =
            new Loads<>(Tracing.none(), "load", 2, keys -> Uni.createFrom().emitter(emitter -> {
                calls.add(keys);
                open.add(emitter);
            }));

    @Test
    void load_placesFree_goesAtOnce() {
        ask(1);
        ask(2);
        assertEquals(2, calls.size());
    }

    @Test
    void load_allPlacesTaken_waitersAreLoadedTogether() {
        List<UniAssertSubscriber<Map<Integer, String>>> all =
                IntStream.range(0, 500).mapToObj(this::ask).toList();
        assertEquals(2, calls.size());
        assertEquals(498, loads.waiting());

        answer();
        answer();
        answer();

        assertEquals(List.of(1, 1, 498), calls.stream().map(Collection::size).toList());
        for (int key = 0; key < 500; key++) {
            assertEquals("v" + key, all.get(key).getItem().get(key));
        }
    }

    @Test
    void load_moreThan500Wait_goesIn500s() {
        IntStream.range(0, 1_202).forEach(this::ask);
        answer();
        answer();
        assertEquals(
                List.of(1, 1, 500, 500), calls.stream().map(Collection::size).toList());
        answer();
        assertEquals(200, calls.getLast().size());
    }

    @Test
    void load_sameKeyTwice_isAskedForOnce() {
        ask(1);
        ask(2);
        var first = ask(3);
        var second = ask(3);
        answer();
        answer();
        answer();
        assertEquals(List.of(3), List.copyOf(calls.getLast()));
        assertEquals(first.getItem(), second.getItem());
    }

    @Test
    void load_fails_freesThePlaceAndFailsThoseWhoShareIt() {
        ask(1);
        ask(2);
        var third = ask(3);
        open.remove().fail(new IllegalStateException());
        open.removeLast().fail(new IllegalStateException("third"));
        assertInstanceOf(IllegalStateException.class, third.getFailure());
        ask(4);
        assertEquals(4, calls.size());
    }

    @Test
    void load_waiterGaveUp_isNotLoadedFor() {
        ask(1);
        ask(2);
        ask(3).cancel();
        answer();
        assertEquals(2, calls.size());
        assertEquals(0, loads.waiting());
    }

    @Test
    void load_departure_isToldRightBeforeTheLoad() {
        List<Integer> departed = new ArrayList<>();
        for (int key = 0; key < 3; key++) {
            int own = key;
            var _ = loads.load(List.of(key), () -> departed.add(own))
                    .subscribe()
                    .with(_ -> {});
        }
        assertEquals(List.of(0, 1), departed);
        answer();
        assertEquals(List.of(0, 1, 2), departed);
    }

    @Test
    void load_loaderThrows_failsAndFreesThePlace() {
        Loads<Integer, String> broken = new Loads<>(Tracing.none(), "load", 1, _ -> {
            throw new IllegalStateException("bug");
        });
        for (int i = 0; i < 3; i++) {
            var load = broken.load(List.of(1), () -> {}).subscribe().withSubscriber(UniAssertSubscriber.create());
            assertInstanceOf(IllegalStateException.class, load.getFailure());
        }
    }

    private UniAssertSubscriber<Map<Integer, String>> ask(int key) {
        return loads.load(List.of(key), () -> {}).subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private void answer() {
        Collection<Integer> keys = calls.get(calls.size() - open.size());
        Map<Integer, String> values = new HashMap<>();
        keys.forEach(key -> values.put(key, "v" + key));
        open.remove().complete(values);
    }
}

package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LanesTest {
    private final Lanes<String> lanes = new Lanes<>();
    private final List<String> begun = new ArrayList<>();
    private final Map<String, UniEmitter<? super Void>> running = new HashMap<>();

    @Test
    void submit_sameKey_oneAfterAnother() {
        submit("a", "a1");
        submit("a", "a2");

        assertEquals(List.of("a1"), begun);
        end("a1");
        assertEquals(List.of("a1", "a2"), begun);
    }

    @Test
    void submit_otherKey_sideBySide() {
        submit("a", "a1");
        submit("b", "b1");

        assertEquals(List.of("a1", "b1"), begun);
    }

    @Test
    void submit_workFails_nextOneBegins() {
        submit("a", "a1");
        submit("a", "a2");

        running.remove("a1").fail(new IllegalStateException("bug"));

        assertEquals(List.of("a1", "a2"), begun);
    }

    @Test
    void submit_workThrows_nextOneBegins() {
        lanes.submit("a", () -> {
            throw new IllegalStateException("bug");
        });
        submit("a", "a2");

        assertEquals(List.of("a2"), begun);
    }

    /// Against the simplest oracle: of each key the order of submission, and never two at a time.
    @Test
    void submit_atRandom_keepsTheOrderOfEachKey() {
        Random random = new Random(7);
        Map<String, Integer> submitted = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            if (running.isEmpty() || random.nextInt(3) > 0) {
                String key = "k" + random.nextInt(10);
                submit(key, key + ":" + submitted.merge(key, 1, Integer::sum));
            } else {
                List<String> names = List.copyOf(running.keySet());
                end(names.get(random.nextInt(names.size())));
            }
            assertTrue(running.keySet().stream().map(LanesTest::key).distinct().count() == running.size());
        }
        while (!running.isEmpty()) {
            end(running.keySet().iterator().next());
        }

        Map<String, Integer> seen = new HashMap<>();
        begun.forEach(name -> assertEquals(key(name) + ":" + seen.merge(key(name), 1, Integer::sum), name));
        assertEquals(submitted, seen);
    }

    private static String key(String name) {
        return name.substring(0, name.indexOf(':'));
    }

    private void submit(String key, String name) {
        lanes.submit(key, () -> Uni.createFrom().emitter(emitter -> {
            begun.add(name);
            running.put(name, emitter);
        }));
    }

    private void end(String name) {
        running.remove(name).complete(null);
    }
}

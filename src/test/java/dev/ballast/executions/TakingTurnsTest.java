package dev.ballast.executions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TakingTurnsTest {
    private final TakingTurns turns = new TakingTurns();
    private final List<String> running = new ArrayList<>();

    @Test
    void enter_crowd_sideBySide() {
        enter("a", false);
        enter("b", false);

        assertEquals(List.of("a", "b"), running);
    }

    @Test
    void enter_suspect_waitsUntilNobodyRuns() {
        enter("a", false);
        enter("s", true);

        assertEquals(List.of("a"), running);
        leave("a");
        assertEquals(List.of("s"), running);
    }

    @Test
    void enter_whileASuspectWaits_waitsBehindIt() {
        enter("a", false);
        enter("s", true);
        enter("b", false);

        assertEquals(List.of("a"), running);
        leave("a");
        assertEquals(List.of("s"), running);
        leave("s");
        assertEquals(List.of("b"), running);
    }

    @Test
    void enter_twoSuspects_oneAfterTheOther() {
        enter("s", true);
        enter("t", true);

        assertEquals(List.of("s"), running);
        leave("s");
        assertEquals(List.of("t"), running);
    }

    @Test
    void enter_atRandom_aSuspectIsAlwaysAloneAndAllGetTheirTurn() {
        Random random = new Random(5);
        int entered = 0;
        for (int step = 0; step < 20_000; step++) {
            if (running.isEmpty() || random.nextBoolean()) {
                boolean suspect = random.nextInt(4) == 0;
                enter((suspect ? "s" : "c") + entered++, suspect);
            } else {
                leave(running.get(random.nextInt(running.size())));
            }
            assertTrue(
                    running.size() <= 1 || running.stream().noneMatch(name -> name.startsWith("s")),
                    () -> "" + running);
        }
        int left = 0;
        while (!running.isEmpty()) {
            leave(running.getFirst());
            left++;
        }
        assertTrue(left > 0);
        enter("last", true);
        assertEquals(List.of("last"), running);
    }

    private void enter(String name, boolean suspect) {
        var unused = turns.enter(suspect).subscribe().with(gone -> running.add(name));
    }

    private void leave(String name) {
        running.remove(name);
        turns.leave();
    }
}

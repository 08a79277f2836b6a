package dev.ballast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.redis.LogPosition.Entry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LogPositionTest {
    private static final long NEVER = -1_000_000;

    private final List<String> heard = new ArrayList<>();
    private final LogPosition position = new LogPosition(
            new LogFollower() {
                @Override
                public void forget(String channel, List<String> keys) {
                    heard.add(channel + keys);
                }

                @Override
                public void forgetEverything() {
                    heard.add("everything");
                }
            },
            NEVER);

    @Test
    void start_nothingRead_isNotConfirmed() {
        assertEquals(NEVER, position.confirmedAt());
        assertEquals(-1, position.applied());
    }

    @Test
    void head_first_forgetsEverythingAndConfirmsItsSendTime() {
        assertFalse(position.head("run/e", 41, 100));

        assertEquals(List.of("everything"), heard);
        assertEquals(41, position.applied());
        assertEquals(100, position.confirmedAt());
    }

    @Test
    void head_nothingNew_confirmsWithoutEntries() {
        position.head("run/e", 41, 100);
        assertTrue(position.head("run/e", 41, 250));
        assertEquals(250, position.confirmedAt());
    }

    @Test
    void head_ahead_confirmsOnlyWhenEntriesAreApplied() {
        position.head("run/e", 41, 100);
        position.head("run/e", 43, 250);
        assertEquals(100, position.confirmedAt());

        position.entries(entries(42, 43), true);

        assertEquals(250, position.confirmedAt());
        assertEquals(List.of("everything", "c[k42]", "c[k43]"), heard);
    }

    @Test
    void entries_cutShort_doNotConfirm() {
        position.head("run/e", 41, 100);
        position.head("run/e", 44, 250);
        position.entries(entries(42, 43), false);
        assertEquals(100, position.confirmedAt());

        assertTrue(position.head("run/e", 44, 300));
        position.entries(entries(44), true);

        assertEquals(300, position.confirmedAt());
    }

    @Test
    void entries_beyondTheHead_areApplied() {
        position.head("run/e", 41, 100);
        position.head("run/e", 41, 200);
        position.entries(entries(42), true);
        assertEquals(42, position.applied());
        assertTrue(position.head("run/e", 42, 300));
        assertEquals(300, position.confirmedAt());
    }

    @Test
    void entries_withAGap_forgetEverything() {
        position.head("run/e", 41, 100);
        position.head("run/e", 45, 200);
        position.entries(entries(44, 45), true);
        assertEquals(List.of("everything", "everything"), heard);
        assertEquals(45, position.applied());
        assertEquals(2, position.losses());
    }

    @Test
    void entries_missingThoughTheHeadNamesThem_forgetEverything() {
        position.head("run/e", 41, 100);
        position.head("run/e", 42, 200);
        position.entries(List.of(), true);
        assertEquals(List.of("everything", "everything"), heard);
        assertEquals(200, position.confirmedAt());
    }

    @Test
    void head_below_forgetsEverything() {
        position.head("run/e", 41, 100);
        assertFalse(position.head("run/e", 40, 200));
        assertEquals(List.of("everything", "everything"), heard);
        assertEquals(40, position.applied());
    }

    @Test
    void head_ofAnotherRunWithTheSameNumber_forgetsEverything() {
        position.head("run/e", 41, 100);
        assertFalse(position.head("other/e", 41, 200));
        assertEquals(List.of("everything", "everything"), heard);
    }

    @Test
    void head_followerThrowsAtTheLoss_losesAgainAndConfirmsNothingBefore() {
        List<String> emptied = new ArrayList<>();
        LogPosition cursed = new LogPosition(
                new LogFollower() {
                    @Override
                    public void forget(String channel, List<String> keys) {}

                    @Override
                    public void forgetEverything() {
                        emptied.add("tried");
                        if (emptied.size() == 2) {
                            throw new IllegalStateException("cannot empty");
                        }
                    }
                },
                NEVER);
        cursed.head("run/e", 41, 100);

        assertThrows(IllegalStateException.class, () -> cursed.head("other/e", 41, 200));
        assertEquals(100, cursed.confirmedAt());
        assertFalse(cursed.head("other/e", 41, 300), "memory still holds what was read before the loss");

        assertEquals(3, emptied.size());
        assertEquals(300, cursed.confirmedAt());
    }

    /// A naive model of the log, read at random moments with answers cut at random, while entries are trimmed, lost
    /// and begun anew: whatever was acknowledged before the confirmed time was heard of.
    @Test
    void confirmedAt_randomHistory_neverVouchesForWhatWasNotHeard() {
        for (long seed = 0; seed < 300; seed++) {
            new History(new Random(seed)).run();
        }
    }

    private static final class History implements LogFollower {
        private record Acknowledged(String key, long at) {}

        private final Random random;
        private final LogPosition position = new LogPosition(this, NEVER);
        private final List<Acknowledged> acknowledged = new ArrayList<>();
        private final Set<String> remembered = new HashSet<>();
        private final List<Entry> stream = new ArrayList<>();
        private String identity = "0";
        private long head;
        private long clock;

        History(Random random) {
            this.random = random;
        }

        void run() {
            for (int step = 0; step < 300; step++) {
                clock++;
                switch (random.nextInt(12)) {
                    case 0, 1, 2, 3 -> append();
                    case 4 -> trim();
                    case 5 -> begin(random.nextInt(20) == 0);
                    default -> read();
                }
                check();
            }
        }

        private void append() {
            String key = "k" + clock;
            remembered.add(key);
            stream.add(new Entry(++head, "c", List.of(key)));
            acknowledged.add(new Acknowledged(key, clock));
        }

        private void trim() {
            while (stream.size() > 5) {
                stream.removeFirst();
            }
        }

        private void begin(boolean now) {
            if (now) {
                identity = "" + clock;
                head = 0;
                stream.clear();
            }
        }

        private void read() {
            long sentAt = clock;
            boolean continues = position.head(identity, head, sentAt);
            if (random.nextInt(4) == 0) {
                return; // the second answer is lost
            }
            if (continues) {
                List<Entry> rest = stream.stream()
                        .filter(entry -> entry.number() > position.applied())
                        .toList();
                int limit = 1 + random.nextInt(4);
                position.entries(rest.subList(0, Math.min(limit, rest.size())), rest.size() < limit);
            }
        }

        private void check() {
            for (Acknowledged entry : acknowledged) {
                if (entry.at() < position.confirmedAt()) {
                    assertFalse(remembered.contains(entry.key()), entry::toString);
                }
            }
        }

        @Override
        public void forget(String channel, List<String> keys) {
            keys.forEach(remembered::remove);
        }

        @Override
        public void forgetEverything() {
            remembered.clear();
        }
    }

    private static List<Entry> entries(long... numbers) {
        return LongStream.of(numbers)
                .mapToObj(number -> new Entry(number, "c", List.of("k" + number)))
                .toList();
    }
}

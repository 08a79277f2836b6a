package dev.ballast.degradation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random signals: the state machine against a naive one that keeps all windows and looks back over them.
class HysteresisTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomSignals_keepTheInvariants(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long now = random.nextLong();
        Hysteresis tested = new Hysteresis(DependencyFixture.THRESHOLDS, now);
        Naive naive = new Naive(now);
        Condition before = Condition.WELL;
        long since = now;
        for (int i = 0; i < 20_000; i++) {
            now += SECOND;
            boolean silent = random.nextInt(100) == 0;
            if (silent) {
                tested.silent("test", now);
                naive.silent(now);
                before = stepped(before, tested.condition(), now, since);
                since = tested.condition() == naive.condition && naive.changedAt == now ? now : since;
            }
            Counts heard = mood(i, random);
            tested.closed(heard, now);
            naive.closed(heard, now);
            assertEquals(naive.condition, tested.condition(), "seed " + seed + ", second " + i);
            Condition after = stepped(before, tested.condition(), now, since);
            since = after == before && naive.changedAt != now ? since : now;
            before = after;
        }
    }

    /// Never up by two, never up before the minimum stay.
    private static Condition stepped(Condition before, Condition after, long now, long since) {
        assertTrue(before.compareTo(after) <= 1, "up from " + before + " to " + after);
        if (before.isWorseThan(after)) {
            assertTrue(now - since >= SECOND, "up after " + (now - since) + " ns");
        }
        return after;
    }

    /// Health and failure in phases of random length, so that both directions are met.
    private static Counts mood(int second, SplittableRandom random) {
        int phase = second / 13 % 4;
        return switch (random.nextInt(10) == 0 ? random.nextInt(4) : phase) {
            case 0 -> new Counts(100, 0, 0, 0, 0, 0);
            case 1 -> new Counts(100, 0, random.nextInt(20), 0, 0, 0);
            case 2 -> random.nextBoolean() ? Counts.NONE : new Counts(random.nextInt(20), 5, 30, 30, 30, 0);
            default -> new Counts(random.nextInt(4) == 0 ? 0 : 50, random.nextInt(3), random.nextInt(3), 0, 0, 0);
        };
    }

    /// Says the same in another way: by looking at all it has seen.
    private static final class Naive {
        private final List<Counts> heard = new ArrayList<>();
        private final List<Condition> path = new ArrayList<>();
        private Condition condition = Condition.WELL;
        private long changedAt;
        private long stay = SECOND;
        private int goodSince;

        Naive(long now) {
            changedAt = now;
            path.add(condition);
        }

        void silent(long now) {
            goodSince = heard.size();
            if (condition != Condition.GONE) {
                to(Condition.GONE, now);
            }
        }

        void closed(Counts counts, long now) {
            if (counts.total() == 0) {
                return;
            }
            heard.add(counts);
            List<Counts> two = last(2, 0);
            List<Counts> three = last(3, goodSince);
            if (two.size() == 2 && two.stream().allMatch(c -> c.ok() + c.slow() < 0.1 * c.total())) {
                worsen(Condition.GONE, now);
            } else if (two.size() == 2 && two.stream().allMatch(c -> c.ok() < 0.9 * c.total())) {
                worsen(Condition.FAILING, now);
            } else if (three.size() == 3
                    && three.stream().allMatch(c -> c.ok() > 0.98 * c.total())
                    && condition != Condition.WELL
                    && now - changedAt >= stay) {
                to(condition == Condition.GONE ? Condition.FAILING : Condition.WELL, now);
            }
        }

        private void worsen(Condition wanted, long now) {
            if (wanted.compareTo(condition) > 0) {
                to(wanted, now);
            }
        }

        private void to(Condition next, long now) {
            boolean down = next.compareTo(condition) > 0;
            boolean healthy = condition == Condition.WELL && now - changedAt >= 60 * SECOND;
            boolean cameUp = path.size() > 1 && path.get(path.size() - 2).compareTo(condition) > 0;
            if (healthy) {
                stay = SECOND;
            } else if (down && cameUp) {
                stay = Math.min(2 * stay, 30 * SECOND);
            }
            condition = next;
            changedAt = now;
            path.add(next);
        }

        private List<Counts> last(int n, int from) {
            return heard.subList(Math.max(from, Math.max(0, heard.size() - n)), heard.size());
        }
    }
}

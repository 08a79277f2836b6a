package dev.ballast.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The cache as it is usually built, to be found out by the check: two tiers, an invalidation deletes the key in the
/// shared tier and in the writer's memory and is published to the other pods. No leases, no log, no read lease.
///
/// What goes wrong can be chosen: published messages that are lost, or loads slow enough to end after the
/// invalidation they began before.
final class NaivePods implements Subject {
    /// What is wrong with them besides their design.
    ///
    /// @param lost share of published messages that do not arrive
    /// @param slowestLoad loads take up to this
    /// @param cached without, every read goes to the origin, and nothing can be wrong
    record Weakness(double lost, Duration slowestLoad, boolean cached) {}

    private static final Duration HOP = Duration.ofMillis(1);
    private static final long FIRST = 1;

    private final Timeline time;
    private final RandomGenerator random;
    private final Weakness weakness;
    private final Map<Long, Long> origin = new HashMap<>();
    private final Map<Long, Long> shared = new HashMap<>();
    private final List<Map<Long, Long>> memories = new ArrayList<>();

    NaivePods(Timeline time, int pods, Weakness weakness, RandomGenerator random) {
        this.time = time;
        this.random = random;
        this.weakness = weakness;
        for (int i = 0; i < pods; i++) {
            memories.add(new HashMap<>());
        }
    }

    @Override
    public int pods() {
        return memories.size();
    }

    @Override
    public void write(int pod, long key, Consumer<Written> answer) {
        time.after(HOP, () -> {
            long version = origin.merge(key, FIRST + 1, (old, _) -> old + 1);
            time.after(HOP, () -> {
                shared.remove(key);
                memories.get(pod).remove(key);
                publish(key);
                answer.accept(new Written.Acknowledged(version));
            });
        });
    }

    @Override
    public void read(int pod, List<Long> keys, Consumer<Seen> answer) {
        Map<Long, Long> seen = new HashMap<>();
        keys.forEach(key -> find(memories.get(pod), key, version -> {
            seen.put(key, version);
            if (seen.size() == keys.size()) {
                time.after(HOP, () -> answer.accept(new Seen.Versions(seen, "")));
            }
        }));
    }

    @Override
    public void warmUp(int pod, List<Long> keys, Consumer<Boolean> done) {
        read(pod, keys, _ -> done.accept(true));
    }

    private void publish(long key) {
        for (Map<Long, Long> memory : memories) {
            if (random.nextDouble() >= weakness.lost) {
                time.after(HOP, () -> memory.remove(key));
            }
        }
    }

    private void find(Map<Long, Long> memory, long key, Consumer<Long> found) {
        if (memory.containsKey(key)) {
            found.accept(memory.get(key));
            return;
        }
        time.after(HOP, () -> {
            if (shared.containsKey(key)) {
                memory.put(key, shared.get(key));
                found.accept(shared.get(key));
            } else {
                load(memory, key, found);
            }
        });
    }

    private void load(Map<Long, Long> memory, long key, Consumer<Long> found) {
        long version = origin.getOrDefault(key, FIRST);
        Duration onTheWay = Duration.ofNanos(
                random.nextLong(HOP.toNanos(), weakness.slowestLoad.plus(HOP).toNanos()));
        time.after(onTheWay, () -> {
            if (weakness.cached) {
                shared.put(key, version);
                memory.put(key, version);
            }
            found.accept(version);
        });
    }
}

package dev.ballast.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The last so many of what was added, in order. Not safe for use from several threads.
final class Ring<T> {
    private final @Nullable Object[] slots;
    private long added;

    Ring(int size) {
        this.slots = new Object[size];
    }

    void add(T item) {
        slots[(int) (added++ % slots.length)] = item;
    }

    /// Oldest first.
    @SuppressWarnings("unchecked") // only add() writes
    List<T> all() {
        int count = (int) Math.min(added, slots.length);
        List<T> items = new ArrayList<>(count);
        for (long i = added - count; i < added; i++) {
            items.add((T) Objects.requireNonNull(slots[(int) (i % slots.length)]));
        }
        return items;
    }
}

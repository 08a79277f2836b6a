package dev.ballast.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RingTest {
    @Test
    void all_nothingAdded_isEmpty() {
        assertEquals(List.of(), new Ring<String>(3).all());
    }

    /// The oracle is a deque that drops its oldest.
    @Test
    void all_anyNumberAdded_isTheLastOnesInOrder() {
        Random random = new Random(11);
        for (int size = 1; size <= 40; size++) {
            Ring<Integer> ring = new Ring<>(size);
            Deque<Integer> oracle = new ArrayDeque<>();
            for (int i = random.nextInt(5 * size); i >= 0; i--) {
                int item = random.nextInt();
                ring.add(item);
                oracle.addLast(item);
                if (oracle.size() > size) {
                    oracle.removeFirst();
                }
                assertEquals(new ArrayList<>(oracle), ring.all());
            }
        }
    }
}

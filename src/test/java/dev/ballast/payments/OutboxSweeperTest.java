package dev.ballast.payments;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Who is left out of the next batches.
class OutboxSweeperTest {
    private static final int BATCH = 500;

    private final OutboxSweeper.LeftOut leftOut = new OutboxSweeper.LeftOut();

    /// The oldest orders are of users whose partition has no leader; more of them than a batch takes.
    @Test
    void leftOut_aPartitionWithoutLeader_othersArePublishedAndItsUsersHaveTheirTurnAgain() {
        List<Long> waiting = new ArrayList<>(LongStream.range(0, 1_800).boxed().toList());
        TreeSet<Long> published = new TreeSet<>();
        for (int batches = 0; batches < 4; batches++) {
            List<Long> batch = waiting.stream()
                    .filter(user -> !Arrays.asList(leftOut.users()).contains(user))
                    .limit(BATCH)
                    .toList();
            List<Long> stuck = batch.stream().filter(user -> user < 1_200).toList();
            List<Long> done = batch.stream().filter(user -> user >= 1_200).toList();
            published.addAll(done);
            waiting.removeAll(done);
            leftOut.note(batch.size() == BATCH, Set.copyOf(stuck));
        }

        assertEquals(600, published.size());
        assertEquals(0, leftOut.users().length);
    }
}

package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TallyTest {
    @Test
    void hits_answersOfAllKinds_countsTheTierThatAnsweredByPod() {
        Tally tally = new Tally();
        tally.answered(0, "L1; hit");
        tally.answered(0, "L1; hit; detail=stale");
        tally.answered(0, "L2; hit; ttl=1234");
        tally.answered(0, "L1; fwd=miss, L2; fwd=miss; stored");
        tally.answered(0, "");
        tally.answered(1, "L1; hit");

        assertEquals(2, tally.hits(0, "L1"));
        assertEquals(1, tally.hits(0, "L2"));
        assertEquals(1, tally.hits(1, "L1"));
        assertEquals(0, tally.hits(1, "L2"));
    }
}

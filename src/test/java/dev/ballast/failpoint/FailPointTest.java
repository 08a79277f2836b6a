package dev.ballast.failpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FailPointTest {
    private final AtomicInteger ends = new AtomicInteger();

    @Test
    void at_itsNameForTheFirstTime_ends() {
        new FailPoint("here", null, 1, ends::incrementAndGet).at("here", "");
        assertEquals(1, ends.get());
    }

    @Test
    void at_anotherName_goesOn() {
        new FailPoint("here", null, 1, ends::incrementAndGet).at("there", "");
        assertEquals(0, ends.get());
    }

    @Test
    void at_setForTheThirdTime_passesTwiceAndEndsOnce() {
        FailPoint point = new FailPoint("here", null, 3, ends::incrementAndGet);
        point.at("here", "");
        point.at("there", "");
        point.at("here", "");
        assertEquals(0, ends.get());

        point.at("here", "");
        point.at("here", "");

        assertEquals(1, ends.get());
    }

    @Test
    void at_setForOneThing_countsThatThingAlone() {
        FailPoint point = new FailPoint("here", "this", 2, ends::incrementAndGet);
        point.at("here", "that");
        point.at("here", "this");
        point.at("here", "that");
        assertEquals(0, ends.get());

        point.at("here", "this");

        assertEquals(1, ends.get());
    }

    @Test
    void reached_nothingSet_goesOn() {
        FailPoint.reached("here");
    }
}

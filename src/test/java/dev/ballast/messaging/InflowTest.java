package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InflowTest {
    private final Inflow inflow = new Inflow(8, 1_000);

    @Test
    void isClosed_fullByNumber_untilAQuarterIsFree() {
        for (int i = 0; i < 8; i++) {
            inflow.add(1);
        }
        assertTrue(inflow.isClosed());
        inflow.remove(1);
        assertTrue(inflow.isClosed());
        inflow.remove(1);
        assertFalse(inflow.isClosed());
    }

    @Test
    void isClosed_fullByBytes_thoughFewRecords() {
        inflow.add(1_000);
        assertTrue(inflow.isClosed());
        inflow.remove(1_000);
        assertFalse(inflow.isClosed());
    }
}

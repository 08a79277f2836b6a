package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.degradation.LogCapture;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ComplaintsTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_700_000_000));
    private final Complaints complaints = new Complaints("test", now::get);

    @Test
    void unreadable_manyTimes_isLoggedOnceAMinute() {
        try (LogCapture log = new LogCapture(Complaints.class)) {
            for (int second = 0; second < 120; second++) {
                complaints.unreadable();
                now.updateAndGet(it -> it.plus(Duration.ofSeconds(1)));
            }
            assertEquals(2, log.count("of another version, or broken"));
        }
    }

    @Test
    void unencodable_rightAfterUnreadable_isLogged() {
        try (LogCapture log = new LogCapture(Complaints.class)) {
            complaints.unreadable();
            complaints.unencodable(new IllegalStateException());
            assertEquals(1, log.count("could not be encoded"));
        }
    }

    @Test
    void ofBreaker_opensAndCloses_isLoggedEachTime() {
        try (LogCapture log = new LogCapture(Complaints.class)) {
            var watcher = Complaints.ofBreaker("test", Tier.L2);
            watcher.changed(true);
            watcher.changed(false);
            assertEquals(1, log.count("Cache test: L2 failed"));
            assertEquals(1, log.count("Cache test: L2 answers again"));
        }
    }
}

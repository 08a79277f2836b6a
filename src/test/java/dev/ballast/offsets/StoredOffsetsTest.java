package dev.ballast.offsets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.offsets.StoredOffsets.Claim;
import dev.ballast.offsets.StoredOffsets.Place;
import dev.ballast.redis.OneRedis;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The scripts on a real Redis.
class StoredOffsetsTest {
    private static final AtomicInteger GROUPS = new AtomicInteger();

    @RegisterExtension
    static final OneRedis REDIS = new OneRedis();

    private final String group = "g" + GROUPS.incrementAndGet();
    private final Place place = new Place(group, "payments", "id-1", 0);
    private final StoredOffsets offsets = new StoredOffsets(REDIS.commands());

    @Test
    void claim_nothingStored_isNone() {
        assertEquals(-1, owned(place, 1));
    }

    @Test
    void advance_thenClaim_isTheOffset() {
        assertEquals(-1, owned(place, 1));
        assertTrue(advance(place, 1, 42));

        assertEquals(42, owned(place, 2));
    }

    @Test
    void advance_lowerOffset_staysWhereItIs() {
        advance(place, 1, 42);

        assertTrue(advance(place, 1, 41));
        assertEquals(42, owned(place, 1));
    }

    @Test
    void advance_ofAnOwnerThatLostThePartition_isRefused() {
        advance(place, 1, 42);
        owned(place, 2);

        assertFalse(advance(place, 1, 50));
        assertEquals(42, owned(place, 2));
    }

    @Test
    void claim_olderGeneration_isOutdatedUnlessForced() {
        owned(place, 5);
        advance(place, 5, 42);

        assertInstanceOf(Claim.Outdated.class, claim(place, 4, false));
        assertEquals(new Claim.Owned(42), claim(place, 4, true));
        assertTrue(advance(place, 4, 43));
    }

    @Test
    void claim_topicMadeAnew_forgetsTheOffset() {
        advance(place, 1, 42);

        assertEquals(-1, owned(new Place(group, "payments", "id-2", 0), 1));
        assertFalse(advance(place, 1, 43));
    }

    @Test
    void rewind_lowerOffset_isTaken() {
        advance(place, 3, 42);

        offsets.rewind(place, 1, 7).await().atMost(Duration.ofSeconds(5));

        assertEquals(7, owned(place, 1));
    }

    @Test
    void advance_afterTheLogLostItsTail_goesDown() {
        owned(place, 1);
        advance(place, 1, 42);

        assertTrue(advance(place, 1, 7, true));
        assertEquals(7, owned(place, 1));
    }

    @Test
    void advance_afterTheTopicWasMadeAnewUnderway_isOfTheNewTopic() {
        owned(place, 1);
        advance(place, 1, 42);
        Place anew = new Place(group, "payments", "id-2", 0);

        assertTrue(advance(anew, 1, 7, true));
        assertEquals(7, owned(anew, 1));
    }

    @Test
    void advance_downwardsByAnOwnerThatLostThePartition_isRefused() {
        advance(place, 1, 42);
        owned(place, 2);

        assertFalse(advance(place, 1, 7, true));
        assertEquals(42, owned(place, 2));
    }

    @Test
    void advance_afterAFlush_isStoredAnew() {
        owned(place, 1);
        REDIS.commands()
                .send(io.vertx.redis.client.Request.cmd(io.vertx.redis.client.Command.FLUSHALL))
                .await()
                .atMost(Duration.ofSeconds(5));

        assertTrue(advance(place, 1, 42));
        assertEquals(42, owned(place, 1));
    }

    private long owned(Place at, int generation) {
        return assertInstanceOf(Claim.Owned.class, claim(at, generation, false)).offset();
    }

    private Claim claim(Place at, int generation, boolean force) {
        return offsets.claim(at, generation, force).await().atMost(Duration.ofSeconds(5));
    }

    private boolean advance(Place at, int generation, long offset) {
        return advance(at, generation, offset, false);
    }

    private boolean advance(Place at, int generation, long offset, boolean lowers) {
        return offsets.advance(at, generation, offset, lowers).await().atMost(Duration.ofSeconds(5));
    }
}

package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.cache.CacheRead.Fill;
import dev.ballast.cache.CacheRead.Tier;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CacheReadTest {
    @Test
    void cacheStatus_perTier_isAsDocumented() {
        assertEquals("L1; hit", CacheRead.fromMemory("v").cacheStatus());
        assertEquals("L2; hit; ttl=1234", CacheRead.fromRedis("v", 1_234).cacheStatus());
        assertEquals(
                "L1; fwd=miss, L2; fwd=miss; stored",
                CacheRead.fromOrigin("v", Fill.STORED).cacheStatus());
        assertEquals(
                "L1; fwd=miss, L2; fwd=miss",
                CacheRead.fromOrigin("v", Fill.NOT_STORED).cacheStatus());
        assertEquals(
                "L1; fwd=miss, L2; fwd=bypass; detail=unavailable",
                CacheRead.fromOrigin("v", Fill.BYPASSED).cacheStatus());
    }

    @Test
    void cacheStatus_stale_saysSo() {
        assertEquals("L1; hit; detail=stale", new CacheRead<>("v", Tier.L1, true, 0, Fill.NONE).cacheStatus());
    }

    @Test
    void found_negativeEntry_isEmpty() {
        assertEquals(Optional.empty(), CacheRead.fromMemory(null).found());
        assertEquals(Optional.of("v"), CacheRead.fromMemory("v").found());
    }
}

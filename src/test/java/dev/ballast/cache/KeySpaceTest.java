package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KeySpaceTest {
    private final KeySpace keys = new KeySpace("users");

    @Test
    void key_text_carriesBucketAsHashTag() {
        // Fixed for ever: a pod that computed another bucket would not see what the others store or invalidate.
        assertEquals("ballast:{users:" + KeySpace.bucket("42") + "}:42", keys.key("42"));
        assertEquals(11, KeySpace.bucket("42"));
        assertEquals(63, KeySpace.bucket("alice@example.com"));
    }

    @Test
    void bucket_consecutiveIds_areSpreadEvenly() {
        int[] sizes = new int[KeySpace.BUCKETS];
        for (int id = 1; id <= 64_000; id++) {
            sizes[KeySpace.bucket(String.valueOf(id))]++;
        }
        assertTrue(Arrays.stream(sizes).min().orElse(0) > 500, () -> Arrays.toString(sizes));
        assertTrue(Arrays.stream(sizes).max().orElse(0) < 2_000, () -> Arrays.toString(sizes));
    }

    @Test
    void key_emptyOrEndless_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> keys.key(""));
        assertThrows(IllegalArgumentException.class, () -> keys.key("x".repeat(257)));
    }

    @Test
    void spec_nameThatDoesNotFitIntoKeys_isRefused() {
        for (String name : new String[] {"", "Users", "a:b", "a}b", "9a", "a".repeat(32)}) {
            assertThrows(IllegalArgumentException.class, () -> new CacheSpec<>(name, String::valueOf, null, null));
        }
    }
}

package dev.ballast.leases;

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
        assertEquals("ballast:{users:" + KeySpace.bucket("42") + "}:42", keys.value("42"));
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
        assertThrows(IllegalArgumentException.class, () -> keys.value(""));
        assertThrows(IllegalArgumentException.class, () -> keys.value("x".repeat(257)));
    }

    @Test
    void names_ofOneKey_shareOneTagAndAreDistinct() {
        String tag = "{users:" + KeySpace.bucket("42") + "}";
        assertEquals("ballast:lease:" + tag + ":42", keys.lease("42"));
        assertEquals("ballast:stamp:" + tag, keys.stamp(KeySpace.bucket("42")));
    }
}

package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CacheSpecTest {
    @Test
    void spec_nameThatDoesNotFitIntoKeys_isRefused() {
        for (String name : new String[] {"", "Users", "a:b", "a}b", "9a", "a".repeat(32)}) {
            assertThrows(IllegalArgumentException.class, () -> new CacheSpec<>(name, String::valueOf, null, null));
        }
    }
}

package dev.ballast.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdTest {
    @Test
    void fromString_longestId_isRead() {
        assertEquals(
                999_999_999_999_999_999L,
                UserId.fromString("999999999999999999").value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "0", "-1", "+1", "01", "1.0", "1e3", "abc", "１", "1 ", "9223372036854775807"})
    void fromString_notAnId_saysWhatIsAllowed(String text) {
        UserId.Invalid failure = assertThrows(UserId.Invalid.class, () -> UserId.fromString(text));
        assertTrue(failure.detail().contains("positive whole number"));
    }

    @Test
    void fromString_longOrHostileText_isShownShortAndClean() {
        String detail = assertThrows(UserId.Invalid.class, () -> UserId.fromString("\n\u001b[31m" + "9".repeat(5000)))
                .detail();
        assertTrue(detail.length() < 120);
        assertFalse(detail.contains("\n") || detail.contains("\u001b"));
    }
}

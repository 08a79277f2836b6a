package dev.ballast.users;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreconditionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"3\"`                  | true",
                "`W/\"3\"`                | true",
                "`\"1\", \"3\"`           | true",
                "`\"1\",W/\"3\" , \"x\"`  | true",
                "`*`                      | true",
                "`\"4\"`                  | false",
                "`3`                      | false",
                "`\"33\"`                 | false",
                "`\"\"`                   | false",
                "`\"999999999999999999999\"` | false",
                "`garbage`                | false",
            })
    void ifNoneMatch_headerAndVersion3_matchesWeakly(String header, boolean expected) {
        assertEquals(expected, Precondition.ifNoneMatch(header).matches(3));
    }

    @Test
    void ifNoneMatch_noHeader_matchesNothing() {
        assertEquals(false, Precondition.ifNoneMatch(null).matches(3));
    }

    @Test
    void ifMatch_noHeaderOrAny_allowsEveryVersion() {
        assertNull(Precondition.ifMatch(null).parameter());
        assertNull(Precondition.ifMatch("*").parameter());
    }

    @Test
    void ifMatch_list_allowsItsStrongTagsOnly() {
        assertArrayEquals(
                new Long[] {1L, 7L},
                Precondition.ifMatch("\"1\", W/\"2\", \"7\"").parameter());
    }

    /// A pattern that looks back would take hours, and an event loop with it.
    @ParameterizedTest
    @ValueSource(strings = {" ", "\"", "W/", "\"\" ", "W/\"x\" "})
    void ifNoneMatch_headerMadeToHurt_isReadInOnePass(String part) {
        String hostile = "x" + part.repeat(300_000) + "x";
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertEquals(false, Precondition.ifNoneMatch(hostile).matches(3)));
    }

    @Test
    void ifMatch_garbage_allowsNoVersion() {
        assertArrayEquals(new Long[0], Precondition.ifMatch("garbage").parameter());
    }
}

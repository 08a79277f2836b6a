package dev.ballast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.VertxException;
import io.vertx.redis.client.impl.types.ErrorType;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void translate_clientsFailures_tellsThemApart() {
        assertEquals("timeout", Failures.translate(new TimeoutException()).label());
        assertEquals(
                "disconnected", Failures.translate(new IOException("reset")).label());
        assertEquals(
                "error", Failures.translate(ErrorType.create("OOM no memory")).label());
        assertEquals(
                "overloaded",
                Failures.translate(new VertxException("Redis waiting queue is full"))
                        .label());
    }

    @Test
    void translate_connectionLostUnderABatch_isNoReply() {
        ErrorType lost = ErrorType.create("ERR [0] CONNECTION_CLOSED\nERR [1] CONNECTION_CLOSED");
        assertEquals("disconnected", Failures.translate(lost).label());
    }

    @Test
    void is_codeOfTheReply_comparesWholeWords() {
        RedisRejection rejection = new RedisRejection("NOSCRIPT No matching script.");
        assertTrue(rejection.is("NOSCRIPT"));
        assertFalse(rejection.is("NOSC"));
    }
}

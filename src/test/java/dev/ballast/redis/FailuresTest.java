package dev.ballast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.Outcome;
import dev.ballast.redis.RedisUnavailable.Reason;
import io.vertx.core.VertxException;
import io.vertx.redis.client.impl.types.ErrorType;
import java.io.IOException;
import java.util.List;
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
    void outcome_beforeAnybodyWasHeardOf_isAMissingAnswer_whichAYoungProcessIsExcused() {
        assertEquals(Outcome.TIMED_OUT, new RedisUnavailable(Reason.CONNECTING).outcome());
        assertEquals(Outcome.REJECTED, new RedisUnavailable(Reason.DISCONNECTED).outcome());
    }

    @Test
    void translate_connectionLostUnderABatch_isNoReply() {
        ErrorType lost = ErrorType.create("ERR [0] CONNECTION_CLOSED\nERR [1] CONNECTION_CLOSED");
        assertEquals("disconnected", Failures.translate(lost).label());
    }

    @Test
    void isNoMaster_aloneOrOutOfAScript_isTrue() {
        String script = "ERR Error running script (call to f_99): @user_script:1: @user_script: 1: -";
        for (String reply : List.of(
                "READONLY You can't write against a read only replica.",
                "NOREPLICAS Not enough good replicas to write.",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")) {
            assertTrue(Failures.isNoMaster(ErrorType.create(reply)), reply);
            assertTrue(Failures.isNoMaster(ErrorType.create(script + reply)), reply);
        }
        assertFalse(Failures.isNoMaster(ErrorType.create("OOM no memory")));
        assertFalse(Failures.isNoMaster(new IOException("reset")));
    }

    @Test
    void is_codeOfTheReply_comparesWholeWords() {
        RedisRejection rejection = new RedisRejection("NOSCRIPT No matching script.");
        assertTrue(rejection.is("NOSCRIPT"));
        assertFalse(rejection.is("NOSC"));
    }
}

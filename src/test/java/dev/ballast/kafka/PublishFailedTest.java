package dev.ballast.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.degradation.Outcome;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a record that was not taken says of the brokers.
class PublishFailedTest {
    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void outcome_isTheBrokers_whereItIsTheirFault(String title, Throwable causeOrNull, Outcome expectedOrNull) {
        assertEquals(expectedOrNull, new PublishFailed("the test", causeOrNull).outcome());
    }

    static Stream<Arguments> outcome_isTheBrokers_whereItIsTheirFault() {
        Throwable unknown = new UnknownTopicOrPartitionException("none");
        return Stream.of(
                Arguments.of("no answer", null, Outcome.TIMED_OUT),
                Arguments.of("no metadata", new TimeoutException("not present"), Outcome.TIMED_OUT),
                Arguments.of("no such topic", unknown, null),
                Arguments.of("waited for no such topic", new TimeoutException("not present", unknown), null),
                Arguments.of("not ours to write", new TopicAuthorizationException("t"), null),
                Arguments.of("too large", new RecordTooLargeException("r"), null),
                Arguments.of("queue of one's own full", new RejectedExecutionException(), null),
                Arguments.of("cut off", new NetworkException("n"), Outcome.REJECTED),
                Arguments.of("not enough replicas", new NotEnoughReplicasException("n"), Outcome.FAILED),
                Arguments.of("nobody knows us", new AuthenticationException("a"), Outcome.FAILED));
    }
}

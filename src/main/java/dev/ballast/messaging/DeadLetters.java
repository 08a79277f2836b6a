package dev.ballast.messaging;

import dev.ballast.kafka.EventPublisher;
import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.PublishFailed;
import dev.ballast.messaging.Interruption.Abandoned;
import dev.ballast.offsets.Assignment;
import dev.ballast.problem.RootCause;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Writes records to `{topic}_dlq`, key and value untouched, and does not let go of one before the broker has it.
final class DeadLetters {
    private static final Logger LOG = Logger.getLogger(DeadLetters.class);
    static final String SUFFIX = "_dlq";
    private static final int LONGEST_KEY = 4_096;
    /// For the headers of a letter, whose length is counted too.
    private static final int ROOM = 16_384;

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final EventPublisher publisher;
    private final Backoff backoff;
    private final AtomicInteger unwritten = new AtomicInteger();

    DeadLetters(EventPublisher publisher, Backoff backoff) {
        this.publisher = publisher;
        this.backoff = backoff;
    }

    /// Completes with the broker's acknowledgment, however long that takes; fails with [Abandoned] where the
    /// partition is revoked meanwhile.
    ///
    /// @param loop runs the next try where the record's trace is
    Uni<Void> write(InboundRecord record, Headers headers, Assignment home, Executor loop) {
        boolean[] counted = {false};
        int[] failures = {0};
        return Uni.createFrom()
                .deferred(() -> home.isRevoked() ? Uni.createFrom().failure(new Abandoned()) : sent(record, headers))
                .onFailure(failure -> !(failure instanceof Abandoned))
                .invoke(failure -> {
                    if (!counted[0]) {
                        counted[0] = true;
                        unwritten.incrementAndGet();
                        LOG.errorf(
                                "The dead letter of %s cannot be written to %s%s (%s); its key waits, trying again",
                                record.id(), record.topic(), SUFFIX, RootCause.of(failure));
                    }
                    failures[0]++;
                })
                .onFailure(failure -> !(failure instanceof Abandoned))
                .retry()
                .when(failed -> failed.onItem().transformToUniAndConcatenate(failure -> Uni.createFrom()
                        .item(failure)
                        .onItem()
                        .delayIt()
                        .by(backoff.pauseAfter(failures[0]))
                        .emitOn(loop)))
                .onTermination()
                .invoke(() -> {
                    if (counted[0]) {
                        unwritten.decrementAndGet();
                    }
                });
    }

    /// The topic is made to take every record and these headers; where it does not, the payload is what counts. What no
    /// producer may send, as it came compressed and is beyond all bounds without, is left where it is: the letter
    /// says where that is.
    private Uni<Void> sent(InboundRecord record, Headers headers) {
        return publisher
                .publishApart(letter(record, headers), DEADLINE)
                .onFailure(DeadLetters::isTooLarge)
                .recoverWithUni(
                        () -> publisher.publishApart(letter(record, DeadLetterHeaders.trimmed(headers)), DEADLINE))
                // a topic that takes too little is waited for, as somebody will mend it; a producer's bound is for ever
                .onFailure(failure -> isTooLarge(failure) && record.size() > EventPublisher.LARGEST - ROOM)
                .recoverWithUni(() -> publisher.publishApart(empty(record, headers), DEADLINE));
    }

    private static boolean isTooLarge(Throwable failure) {
        return failure instanceof PublishFailed refused && refused.isTooLarge();
    }

    /// Records that cannot be written to their dead-letter topic at the moment.
    int unwritten() {
        return unwritten.get();
    }

    private static ProducerRecord<byte @Nullable [], byte @Nullable []> empty(InboundRecord record, Headers headers) {
        LOG.warnf("%s is larger than a dead letter can be: its letter says where it is, and not what", record.id());
        byte[] key = record.key();
        return new ProducerRecord<>(
                record.topic() + SUFFIX,
                null,
                key == null || key.length > LONGEST_KEY ? null : key,
                null,
                DeadLetterHeaders.withoutOwn(headers, record.size()));
    }

    private static ProducerRecord<byte @Nullable [], byte @Nullable []> letter(InboundRecord record, Headers headers) {
        return new ProducerRecord<>(record.topic() + SUFFIX, null, record.key(), record.value(), headers);
    }
}

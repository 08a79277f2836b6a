package dev.ballast.deadletters;

import dev.ballast.kafka.EventPublisher;
import dev.ballast.kafka.KafkaAdmin;
import dev.ballast.kafka.RecordTrace;
import dev.ballast.messaging.DeadLetterHeaders;
import dev.ballast.tracing.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/// Publishes a letter's record as it was, in a new trace that links to the one in which it died.
@ApplicationScoped
class ReplaySender {
    private final KafkaAdmin admin;
    private final EventPublisher publisher;
    private final DeadLetterSettings settings;
    private final Tracing tracing;

    @Inject
    ReplaySender(KafkaAdmin admin, EventPublisher publisher, DeadLetterSettings settings, Tracing tracing) {
        this.admin = admin;
        this.publisher = publisher;
        this.settings = settings;
        this.tracing = tracing;
    }

    /// Completes with the new trace's id once the brokers have the record. Fails with [DeadLetterException] where they
    /// certainly have it not, and with anything else where that is not known.
    Uni<String> send(StoredLetter letter) {
        return topicIsThere(letter.summary()).chain(() -> publish(letter));
    }

    /// Asked first: brokers may make a topic that is gone anew for whoever writes to it, and nobody would read it.
    private Uni<Void> topicIsThere(LetterSummary letter) {
        return Uni.createFrom().deferred(() -> {
            Executor home = home();
            return admin.topicIds(List.of(letter.topic()))
                    .replaceWithVoid()
                    .emitOn(home)
                    .onFailure()
                    .transform(failure -> isCausedBy(UnknownTopicOrPartitionException.class, failure)
                            ? DeadLetterException.topicGone(letter)
                            : DeadLetterException.unreachable(letter, failure));
        });
    }

    /// Where the caller goes on; its trace and request data live there.
    private static Executor home() {
        io.vertx.core.Context context = Vertx.currentContext();
        return context == null ? Runnable::run : MutinyHelper.executor(context);
    }

    /// A trace of its own also where the operator's request has one: the record outlives that.
    private Uni<String> publish(StoredLetter letter) {
        return tracing.in(
                Context.root(),
                () -> tracing.within(() -> span(letter), () -> {
                    String trace = Span.current().getSpanContext().getTraceId();
                    return publisher
                            .publish(record(letter), settings.publishWait())
                            .onFailure(failure -> isCausedBy(RecordTooLargeException.class, failure))
                            .transform(failure -> DeadLetterException.tooLarge(letter.summary(), failure))
                            .replaceWith(trace);
                }));
    }

    private static boolean isCausedBy(Class<? extends Throwable> type, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private SpanBuilder span(StoredLetter letter) {
        LetterSummary summary = letter.summary();
        return tracing.span("replay " + summary.topic())
                .addLink(Span.fromContext(RecordTrace.of(letter.headers())).getSpanContext())
                .setAttribute("ballast.dead_letter.id", summary.id())
                .setAttribute("ballast.dead_letter.replays", letter.replays() + 1);
    }

    private static ProducerRecord<byte @Nullable [], byte @Nullable []> record(StoredLetter letter) {
        LetterSummary summary = letter.summary();
        Headers headers = new RecordHeaders(letter.headers());
        DeadLetterHeaders.strip(headers);
        DeadLetterHeaders.put(headers, DeadLetterHeaders.REPLAYS, Integer.toString(letter.replays() + 1));
        DeadLetterHeaders.put(headers, DeadLetterHeaders.REPLAY_OF, summary.id());
        return new ProducerRecord<>(summary.topic(), null, letter.key(), letter.value(), headers);
    }
}

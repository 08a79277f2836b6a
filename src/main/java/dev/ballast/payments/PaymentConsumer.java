package dev.ballast.payments;

import dev.ballast.database.DatabaseUnavailable;
import dev.ballast.messaging.InboundRecord;
import dev.ballast.messaging.Outcome;
import dev.ballast.messaging.ReliableConsumer;
import dev.ballast.messaging.TopicsReady;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Locale;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;

/// Settles what comes out of the topic `payments`, one record after the other.
@ApplicationScoped
class PaymentConsumer {
    private final Multi<Message<byte[]>> records;
    private final ReliableConsumer consumer;
    private final Settlements settlements;
    private final EventReader reader;
    private final MeterRegistry registry;

    @Inject
    PaymentConsumer(
            @Channel(PaymentEvent.TOPIC) Multi<Message<byte[]>> records,
            ReliableConsumer consumer,
            Settlements settlements,
            PaymentsConfig config,
            MeterRegistry registry) {
        this.records = records;
        this.consumer = consumer;
        this.settlements = settlements;
        this.reader = new EventReader(config.maxAmount());
        this.registry = registry;
    }

    /// Subscribes once Kafka was seen, because a consumer made while the brokers' names cannot be resolved
    /// would end the service.
    void start(@Observes TopicsReady ready) {
        consumer.run(records, this::handle);
    }

    private Uni<Outcome> handle(InboundRecord record) {
        return switch (reader.read(record)) {
            case EventReader.Reading.Wellformed wellformed -> settle(wellformed.payment());
            case EventReader.Reading.Malformed malformed -> Uni.createFrom().item(malformed.poison());
        };
    }

    private Uni<Outcome> settle(Payment payment) {
        Timer.Sample start = Timer.start(registry);
        return settlements
                .settle(payment)
                .map(settlement -> outcome(payment, settlement))
                .invoke(outcome -> start.stop(registry.timer("ballast.payments.settle")))
                .onFailure(PaymentConsumer::isOutage)
                .recoverWithItem(failure -> new Outcome.Later("postgresql", failure));
    }

    private static Outcome outcome(Payment payment, Settlements.Settlement settlement) {
        return switch (settlement) {
            case Settlements.Settlement.Settled settled ->
                new Outcome.Done(settled.status().toLowerCase(Locale.ROOT));
            case Settlements.Settlement.Repeated repeated -> new Outcome.Done("repeated");
            case Settlements.Settlement.Contradicted contradicted ->
                new Outcome.Poison(
                        "fingerprint-mismatch",
                        "order " + payment.orderId() + " is known with another user, amount or currency");
            case Settlements.Settlement.UnknownUser unknown ->
                new Outcome.Poison("unknown-user", "there is no account of user " + payment.userId());
        };
    }

    /// Everything PostgreSQL refuses is taken for its state and not for the record's fault (schema not there
    /// yet, a standby that is read-only, a deadlock), but for data it cannot take (classes 22 and 23).
    static boolean isOutage(Throwable failure) {
        return switch (failure) {
            case DatabaseUnavailable away -> true;
            case PgException refused ->
                refused.getSqlState() == null
                        || !(refused.getSqlState().startsWith("22")
                                || refused.getSqlState().startsWith("23"));
            default -> false;
        };
    }
}

package dev.ballast.payments;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.failpoint.FailPoint;
import dev.ballast.kafka.EventPublisher;
import dev.ballast.kafka.InboundRecord;
import dev.ballast.messaging.Outcome;
import dev.ballast.messaging.RecordHandler;
import dev.ballast.payments.SettledPayments.Known;
import dev.ballast.payments.Settlements.Settlement;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/// Settles what comes out of the topic `payments`, keeps the outcome in Redis for duplicates, and publishes it: for
/// each record of an order the same bytes. A record is done when the brokers have its outcome, so that a crash
/// repeats what is missing.
@ApplicationScoped
class PaymentConsumer implements RecordHandler {
    private static final String BEFORE_HANDLING = "payment-before-handling";
    private static final String BEFORE_NOTING = "payment-before-noting";
    private static final String AFTER_REDIS = "payment-after-redis";
    private static final String MARK_DEAD_LETTERED = Sql.read("payments", "mark-dead-lettered");

    /// How long to wait for another pod that is settling the same order.
    private static final Duration DAMPING = Duration.ofMillis(100);

    private static final Duration PUBLISH_WAIT = Duration.ofSeconds(2);

    private final Settlements settlements;
    private final SettledPayments settled;
    private final EventPublisher publisher;
    private final Database database;
    private final EventReader reader;
    /// Reads what is poison for its amount alone, so that its order can be told of it.
    private final EventReader unlimited = new EventReader(Long.MAX_VALUE);

    private final Timer settling;

    @Inject
    PaymentConsumer(
            Settlements settlements,
            SettledPayments settled,
            EventPublisher publisher,
            Database database,
            PaymentsConfig config,
            MeterRegistry registry) {
        this.settlements = settlements;
        this.settled = settled;
        this.publisher = publisher;
        this.database = database;
        this.reader = new EventReader(config.maxAmount());
        this.settling = registry.timer("ballast.payments.settle");
    }

    @Override
    public String name() {
        return PaymentEvent.TOPIC;
    }

    @Override
    public Uni<Outcome> handle(InboundRecord record) {
        return switch (reader.read(record)) {
            case EventReader.Reading.Wellformed wellformed -> handle(wellformed.payment());
            case EventReader.Reading.Malformed malformed -> Uni.createFrom().item(malformed.poison());
        };
    }

    private Uni<Outcome> handle(Payment payment) {
        FailPoint.reached(BEFORE_HANDLING, payment.orderId());
        return settled.begin(payment).chain(known -> switch (known) {
            case Known.Settled done -> publish(payment, done.outcome(), "repeated");
            case Known.InProgress _ ->
                Uni.createFrom().voidItem().onItem().delayIt().by(DAMPING).chain(() -> settle(payment));
            case Known.Unknown _ -> settle(payment);
        });
    }

    private Uni<Outcome> settle(Payment payment) {
        long begin = System.nanoTime();
        return settlements
                .settle(payment)
                .invoke(done -> settling.record(Duration.ofNanos(System.nanoTime() - begin)))
                .chain(settlement -> conclude(payment, settlement))
                .onFailure(failure -> Database.isItsState(failure) || failure instanceof TimeoutException)
                .recoverWithItem(failure -> new Outcome.Later("postgresql", failure));
    }

    private Uni<Outcome> conclude(Payment payment, Settlement settlement) {
        return switch (settlement) {
            case Settlement.Settled now ->
                keep(payment, now.order(), now.order().status().toLowerCase(Locale.ROOT));
            case Settlement.Repeated before -> keep(payment, before.order(), "repeated");
            case Settlement.Contradicted _ ->
                poison(
                        "fingerprint-mismatch",
                        "order " + payment.orderId() + " is known with another user, amount or currency");
            case Settlement.UnknownUser _ -> poison("unknown-user", "there is no account of user " + payment.userId());
            case Settlement.Contended _ -> Uni.createFrom().item(new Outcome.Contended("account or order"));
            case Settlement.Refused refused -> Uni.createFrom().failure(refused.why());
        };
    }

    private Uni<Outcome> keep(Payment payment, Order order, String result) {
        byte[] outcome = PaymentResult.of(order);
        return settled.finish(payment, outcome)
                .invoke(() -> FailPoint.reached(AFTER_REDIS))
                .chain(() -> publish(payment, outcome, result));
    }

    private Uni<Outcome> publish(Payment payment, byte[] outcome, String result) {
        return publisher
                .publish(PaymentResult.TOPIC, Long.toString(payment.userId()), outcome, PUBLISH_WAIT)
                .<Outcome>replaceWith(() -> new Outcome.Done(result))
                .onFailure()
                .recoverWithItem(failure -> new Outcome.Later("kafka", failure));
    }

    private static Uni<Outcome> poison(String reason, String detail) {
        return Uni.createFrom().item(new Outcome.Poison(reason, detail));
    }

    /// The order of this very content says where its record went. What is no event has no order that could; one whose
    /// content another one's contradicts leaves that as it is.
    @Override
    public Uni<Void> deadLettered(InboundRecord record, Outcome.Poison why) {
        return unlimited.read(record) instanceof EventReader.Reading.Wellformed wellformed
                ? note(wellformed.payment(), why)
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> note(Payment payment, Outcome.Poison why) {
        FailPoint.reached(BEFORE_NOTING, payment.orderId());
        return database.query(MARK_DEAD_LETTERED, OrderRepository.parameters(payment, why.reason()))
                .replaceWithVoid();
    }
}

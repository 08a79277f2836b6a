package dev.ballast.payments;

import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Level;
import dev.ballast.failpoint.FailPoint;
import dev.ballast.kafka.EventPublisher;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.jboss.logging.Logger;

/// Publishes an order as soon as it is accepted, if that is possible right away; what is not is left to
/// the [OutboxSweeper], so failing here costs time and nothing else.
@ApplicationScoped
class Outbox {
    private static final Logger LOG = Logger.getLogger(Outbox.class);

    private static final String AFTER_PUBLISH = "outbox-after-publish";

    private final EventPublisher publisher;
    private final OrderRepository orders;
    private final PaymentsConfig config;
    private final MeterRegistry registry;
    private final Feature feature;

    @Inject
    Outbox(
            EventPublisher publisher,
            OrderRepository orders,
            PaymentsConfig config,
            MeterRegistry registry,
            Degradation degradation) {
        this.publisher = publisher;
        this.orders = orders;
        this.config = config;
        this.registry = registry;
        this.feature = degradation.feature(Payments.FEATURE);
    }

    /// Never fails. An order behind another one of its user is left to the sweeper, so that the topic has a
    /// user's orders as they were accepted; concurrent requests have no order that could be kept. So is every
    /// order while Kafka is gone, or an operator ordered so: its sender is not to wait for that.
    Uni<Void> publishNow(OrderRepository.Acceptance.Accepted accepted) {
        if (accepted.behind() || publisher.isGone() || feature.ordered() != Level.NORMAL) {
            count("deferred");
            return Uni.createFrom().voidItem();
        }
        return publish(accepted.order(), config.publishWait())
                .chain(() -> orders.markPublished(accepted.order()))
                .invoke(() -> count("direct"))
                .onFailure()
                .invoke(failure -> {
                    LOG.debug("left to the sweeper", failure);
                    count("left");
                })
                .onFailure()
                .recoverWithNull();
    }

    /// Completes when the brokers have the order's event.
    Uni<Void> publish(Order order, Duration wait) {
        return publisher
                .publish(PaymentEvent.TOPIC, PaymentEvent.key(order), PaymentEvent.value(order), wait)
                .invoke(() -> FailPoint.reached(AFTER_PUBLISH));
    }

    private void count(String way) {
        registry.counter("ballast.payments.accepted", "published", way).increment();
    }
}

package dev.ballast.payments;

import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Level;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// Accepts payments and tells what became of them.
@ApplicationScoped
class Payments {
    static final String FEATURE = "payments";

    private final OrderRepository orders;
    private final Outbox outbox;
    private final Feature feature;

    @Inject
    Payments(OrderRepository orders, Outbox outbox, Degradation degradation) {
        this.orders = orders;
        this.outbox = outbox;
        this.feature = degradation.feature(FEATURE);
    }

    /// Without Kafka orders are accepted and wait in the outbox; without PostgreSQL none is.
    @Produces
    @Singleton
    static Feature.Spec feature() {
        return Feature.Spec.of(FEATURE).needs("postgresql").uses("kafka", "redis");
    }

    /// Completes once the order is committed, and published or left to the sweeper.
    Uni<Order> accept(Payment payment) {
        if (feature.ordered() == Level.MINIMAL) {
            return Uni.createFrom().failure(PaymentRejected::notNow);
        }
        return orders.accept(payment).chain(acceptance -> switch (acceptance) {
            case OrderRepository.Acceptance.Accepted accepted ->
                outbox.publishNow(accepted).replaceWith(accepted.order());
            case OrderRepository.Acceptance.Repeated repeated ->
                Uni.createFrom().item(repeated.order());
            case OrderRepository.Acceptance.Contradicted contradicted ->
                Uni.createFrom().failure(PaymentRejected.contradictsOrder(payment.orderId()));
            case OrderRepository.Acceptance.UnknownUser unknown ->
                Uni.createFrom().failure(PaymentRejected.unknownUser(payment.userId()));
        });
    }

    /// Fails with [PaymentRejected] for an order never seen.
    Uni<Order> find(String orderId) {
        return orders.find(orderId).map(found -> found.orElseThrow(() -> PaymentRejected.unknownOrder(orderId)));
    }
}

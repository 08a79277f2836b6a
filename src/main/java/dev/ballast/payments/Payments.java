package dev.ballast.payments;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Accepts payments and tells what became of them.
@ApplicationScoped
class Payments {
    private final OrderRepository orders;
    private final Outbox outbox;

    @Inject
    Payments(OrderRepository orders, Outbox outbox) {
        this.orders = orders;
        this.outbox = outbox;
    }

    /// Completes once the order is committed, and published or left to the sweeper.
    Uni<Order> accept(Payment payment) {
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

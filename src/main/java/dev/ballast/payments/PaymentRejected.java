package dev.ballast.payments;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;

/// A request about payments, accounts or deposits that is refused, and why.
final class PaymentRejected extends DomainException {
    private PaymentRejected(Kind kind, String detail) {
        super(kind, detail);
    }

    static PaymentRejected invalid(String detail) {
        return new PaymentRejected(Kind.INVALID, detail);
    }

    static PaymentRejected unknownUser(long userId) {
        return new PaymentRejected(Kind.NOT_FOUND, "there is no account of user " + userId);
    }

    static PaymentRejected unknownOrder(String orderId) {
        return new PaymentRejected(Kind.NOT_FOUND, "no order " + orderId + " was ever seen");
    }

    static PaymentRejected contradictsOrder(String orderId) {
        return new PaymentRejected(
                Kind.CONTRADICTION, "order " + orderId + " was sent before with another user, amount or currency");
    }

    static PaymentRejected contradictsDeposit(String depositId) {
        return new PaymentRejected(
                Kind.CONTRADICTION, "deposit " + depositId + " was sent before with another user or amount");
    }

    static PaymentRejected notNow() {
        return new PaymentRejected(Kind.UNAVAILABLE, "an operator ordered that nothing is accepted at the moment");
    }

    static PaymentRejected closed(long userId) {
        return new PaymentRejected(Kind.CONFLICT, "the account of user " + userId + " is closed");
    }
}

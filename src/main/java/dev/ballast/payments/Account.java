package dev.ballast.payments;

import io.vertx.mutiny.sqlclient.Row;

/// A row of `accounts`. `balance` is in minor units of `currency`.
record Account(long userId, String currency, long balance, boolean open) {
    static Account of(Row row) {
        return new Account(
                row.getLong("user_id"),
                row.getString("currency"),
                row.getLong("balance"),
                "OPEN".equals(row.getString("account_status")));
    }

    /// What this account says to a payment. True only as long as the account's row is locked.
    Verdict judge(Payment payment) {
        if (!open) {
            return new Verdict.Declined("account-closed");
        }
        if (!currency.equals(payment.currency())) {
            return new Verdict.Declined("currency-mismatch");
        }
        if (balance < payment.amount()) {
            return new Verdict.Declined("insufficient-funds");
        }
        return new Verdict.Completed(balance - payment.amount());
    }

    /// The answer of an account to a payment.
    sealed interface Verdict {
        /// To be debited, leaving `balanceAfter`.
        record Completed(long balanceAfter) implements Verdict {}

        /// Refused for a reason of business; final.
        record Declined(String reason) implements Verdict {}
    }
}

package dev.ballast.messaging;

/// Carries the reason of a dead letter to the connector, which writes class and message into its headers.
final class PoisonRecord extends RuntimeException {
    PoisonRecord(Outcome.Poison poison) {
        // the place it is made at says nothing, so no stack trace
        super(poison.reason() + ": " + poison.detail(), poison.cause(), false, false);
    }
}

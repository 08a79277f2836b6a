package dev.ballast.messaging;

/// The record's partition went to another pod, which will see to it.
final class Abandoned extends RuntimeException {
    Abandoned() {
        super("the partition was revoked", null, false, false);
    }
}

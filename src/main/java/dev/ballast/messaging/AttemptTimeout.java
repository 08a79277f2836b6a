package dev.ballast.messaging;

import java.time.Duration;

/// An attempt at a record did not end in time.
final class AttemptTimeout extends RuntimeException {
    AttemptTimeout(Duration limit) {
        super("no result within " + limit, null, false, false);
    }
}

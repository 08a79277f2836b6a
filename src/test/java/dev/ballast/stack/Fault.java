package dev.ballast.stack;

import java.time.Duration;

/// How the recommendation API misbehaves until told otherwise. As JSON: `{"kind":"delay","delayMs":800}`.
///
/// @param status the status of `STATUS`, `ALTERNATE` and `FLAPPING`
/// @param delayMs how long `DELAY` waits, and each half of `FLAPPING` lasts
public record Fault(Kind kind, int status, long delayMs) {
    /// What kinds of misbehaviour there are.
    public enum Kind {
        /// It works.
        NONE,
        /// Nothing listens: connections are refused.
        REFUSE,
        /// Every call is answered with an error.
        STATUS,
        /// Calls are taken and never answered.
        HANG,
        /// Every call is answered late.
        DELAY,
        /// 200 with a body that is not what the content type says.
        RUBBISH,
        /// 200 with a body that never ends.
        ENDLESS,
        /// Redirected to itself.
        REDIRECT,
        /// The right body, one byte a second.
        DRIP,
        /// The connection is closed in the middle of the body.
        CUT,
        /// Every other call is answered with an error.
        ALTERNATE,
        /// Every call is an error for a time, then every call works for as long, and so on.
        FLAPPING
    }

    public Fault {
        status = status == 0 ? 503 : status;
        delayMs = delayMs == 0 ? 1_000 : delayMs;
    }

    public static Fault of(Kind kind) {
        return new Fault(kind, 0, 0);
    }

    public static Fault status(int status) {
        return new Fault(Kind.STATUS, status, 0);
    }

    public static Fault delay(Duration by) {
        return new Fault(Kind.DELAY, 0, by.toMillis());
    }
}

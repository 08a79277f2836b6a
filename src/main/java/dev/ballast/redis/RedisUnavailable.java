package dev.ballast.redis;

import dev.ballast.degradation.Outcome;

/// Redis gave no answer. Whether it carried the command out is unknown, unless the reason is [Reason#OVERLOADED].
public final class RedisUnavailable extends RedisFailure {
    /// Why there was no answer.
    public enum Reason {
        /// No connection is open, or the one in use was lost before the answer.
        DISCONNECTED("disconnected", "the cache store is not reachable"),
        /// No connection was opened since the start, nor refused: the first attempts are under way.
        CONNECTING("connecting", "the cache store is not reachable yet"),
        /// The deadline passed first.
        TIMED_OUT("timeout", "the cache store did not answer in time"),
        /// Too many commands wait for an answer already; this one was never sent.
        OVERLOADED("overloaded", "the cache store has too many commands waiting");

        private final String label;
        private final String detail;

        Reason(String label, String detail) {
            this.label = label;
            this.detail = detail;
        }
    }

    private final Reason reason;

    RedisUnavailable(Reason reason) {
        super(reason.detail);
        this.reason = reason;
    }

    /// Why there was no answer.
    public Reason reason() {
        return reason;
    }

    @Override
    String label() {
        return reason.label;
    }

    @Override
    Outcome outcome() {
        return reason == Reason.DISCONNECTED ? Outcome.REJECTED : Outcome.TIMED_OUT;
    }
}

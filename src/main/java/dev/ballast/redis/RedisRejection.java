package dev.ballast.redis;

import dev.ballast.degradation.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Redis answered with an error, for example `OOM` or `WRONGTYPE`; the command was not carried out.
public final class RedisRejection extends RedisFailure {
    /// Of a server that cannot serve, whatever the command.
    private static final List<String> OUTAGES =
            List.of("LOADING", "OOM", "MISCONF", "READONLY", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "BUSY");

    private final String reply;

    RedisRejection(String reply) {
        super("the cache store refused a command");
        this.reply = reply;
    }

    /// The error reply as Redis sent it, for logs; it may name a key.
    public String reply() {
        return reply;
    }

    /// Whether the reply begins with `code`, the word that tells Redis' errors apart.
    public boolean is(String code) {
        return reply.equals(code) || reply.startsWith(code + " ");
    }

    @Override
    String label() {
        return "error";
    }

    @Override
    @Nullable
    Outcome outcome() {
        return OUTAGES.stream().anyMatch(this::is) ? Outcome.FAILED : null;
    }
}

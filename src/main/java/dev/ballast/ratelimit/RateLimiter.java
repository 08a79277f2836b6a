package dev.ballast.ratelimit;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/// Decides whether requests stay within their limits. Safe for use from every thread.
@ApplicationScoped
public class RateLimiter {
    /// Charges all policies or none, with at most one round trip to Redis. Never fails: where Redis does not answer
    /// in time, each policy's failure mode decides.
    public Uni<Decision> check(List<Charge> charges) {
        return Uni.createFrom().failure(new UnsupportedOperationException());
    }

    /// What the deny cache alone says, without any input or output: a rejection, or that it knows of none.
    public Optional<Decision.Rejected> denied(List<Charge> charges) {
        return Optional.empty();
    }

    /// Where a charge stands, without charging it. Fails with the `redis` room's failure while Redis is away.
    public Uni<Standing> info(Charge charge) {
        return Uni.createFrom().failure(new UnsupportedOperationException());
    }

    /// Deletes what is counted for the identifier, and has every pod drop it from its deny cache.
    public Uni<Void> forgive(Charge charge) {
        return Uni.createFrom().failure(new UnsupportedOperationException());
    }
}

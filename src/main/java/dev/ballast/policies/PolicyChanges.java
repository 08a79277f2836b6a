package dev.ballast.policies;

import dev.ballast.audit.Audit;
import dev.ballast.audit.Deed;
import dev.ballast.database.Database;
import dev.ballast.ratelimit.Charge;
import dev.ballast.ratelimit.RateLimiter;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/// What operators do to policies and to those they limit, noted in the transaction that does it.
@ApplicationScoped
class PolicyChanges {
    private final Database database;
    private final PolicyStore store;
    private final Policies policies;
    private final PolicyFollower follower;
    private final RateLimiter limiter;
    private final Audit audit;

    @Inject
    PolicyChanges(
            Database database,
            PolicyStore store,
            Policies policies,
            PolicyFollower follower,
            RateLimiter limiter,
            Audit audit) {
        this.database = database;
        this.store = store;
        this.policies = policies;
        this.follower = follower;
        this.limiter = limiter;
        this.audit = audit;
    }

    /// A change that is in force here.
    ///
    /// @param told whether the other pods know; else they read it within `reread-every`
    record Changed(PolicyView policy, boolean told) {}

    /// Fails with [RateLimitException] where the policy would not be valid; then the old one stays.
    Uni<Changed> change(String name, PolicyChange change, String who) {
        return database.inTransaction(transaction -> store.lock(transaction, name)
                        .map(stored -> stored.map(StoredPolicy::definition)
                                .orElseGet(() -> policies.configured().definition(name)))
                        .map(before -> checked(name, change.of(before)))
                        .chain(after -> put(transaction, name, after, who)))
                .chain(() -> follower.tell(name))
                .call(() -> policies.reread())
                .map(told -> new Changed(view(name), told));
    }

    private Definition checked(String name, Definition after) {
        try {
            return policies.checked(name, after, 0).definition();
        } catch (IllegalArgumentException invalid) {
            throw new RateLimitException.Invalid(String.valueOf(invalid.getMessage()));
        }
    }

    private Uni<Void> put(SqlConnection transaction, String name, Definition after, String who) {
        return store.put(transaction, name, after)
                .chain(version -> audit.note(
                        transaction, new Deed(who, "rate-limit.change", name, words(after), "version " + version)));
    }

    private static String words(Definition policy) {
        StringBuilder words = new StringBuilder("%d per %d ms by %s, %s"
                .formatted(policy.limit(), policy.windowMs(), policy.algorithm(), policy.onFailure()));
        words.append(policy.burst() == null ? "" : ", burst " + policy.burst());
        words.append(policy.shadow() ? ", shadow" : "");
        policy.plans()
                .forEach((name, plan) ->
                        words.append(", plan ").append(name).append(' ').append(plan.limit()));
        words.append(policy.allow().isEmpty() ? "" : ", allow " + policy.allow());
        words.append(policy.deny().isEmpty() ? "" : ", deny " + policy.deny());
        return words.toString();
    }

    private PolicyView view(String name) {
        PoliciesInForce inForce = policies.inForce();
        return PolicyView.of(inForce.find(name).orElseThrow(), inForce.cost(name));
    }

    /// Lets all requests of an identifier be as if they had not been. Fails with the `redis` room's failure where Redis
    /// does not answer; then nothing is noted.
    Uni<Void> forgive(List<Charge> charges, String who) {
        Charge first = charges.getFirst();
        Deed deed = new Deed(who, "rate-limit.forgive", first.policy().name(), first.identifier(), "forgiven");
        return database.inTransaction(
                transaction -> audit.note(transaction, deed).chain(() -> Multi.createFrom()
                        .iterable(charges)
                        .onItem()
                        .transformToUniAndConcatenate(limiter::forgive)
                        .collect()
                        .last()));
    }
}

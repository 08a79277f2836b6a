package dev.ballast.policies;

import dev.ballast.degradation.Rarely;
import dev.ballast.problem.InvalidSettings;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/// The policies in force on this pod.
@Singleton
public class Policies {
    private static final Logger LOG = Logger.getLogger(Policies.class);

    private final PolicyStore store;
    private final Configured configured;
    private final Rarely rarely = new Rarely(System::nanoTime);
    private volatile PoliciesInForce inForce;

    /// @throws IllegalStateException names every setting that cannot be
    @Inject
    Policies(PolicySettings settings, Endpoints endpoints, PolicyStore store) {
        this.store = store;
        this.configured = new Configured(settings, endpoints.ids());
        List<String> wrong = new ArrayList<>();
        var policies = configured.policies(wrong);
        InvalidSettings.refuse(wrong);
        this.inForce = new PoliciesInForce(policies, configured.costs(), settings.privilegedRoles());
    }

    /// As they are now. Costs a volatile read.
    public PoliciesInForce inForce() {
        return inForce;
    }

    Configured configured() {
        return configured;
    }

    /// The safety net under the log.
    @Scheduled(every = "${ballast.policies.reread-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> rereadNow() {
        return reread().onFailure()
                .invoke(failure -> {
                    if (rarely.maySpeak("reread")) {
                        LOG.warnf("Policies changed live cannot be read (%s); those in force stay", failure);
                    }
                })
                .onFailure()
                .recoverWithNull();
    }

    /// Puts in force what PostgreSQL has.
    Uni<Void> reread() {
        return store.all().invoke(this::apply).replaceWithVoid();
    }

    /// Older versions are left out: two reads may be answered in the other order.
    private synchronized void apply(List<StoredPolicy> stored) {
        PoliciesInForce next = inForce;
        for (StoredPolicy policy : stored) {
            boolean newer = next.find(policy.name())
                    .filter(known -> known.version() < policy.version())
                    .isPresent();
            if (newer) {
                next = applied(next, policy);
            }
        }
        inForce = next;
    }

    private PoliciesInForce applied(PoliciesInForce before, StoredPolicy policy) {
        try {
            PolicyInForce checked = checked(policy.name(), policy.definition(), policy.version());
            LOG.infof("Policy %s is now at version %d", policy.name(), policy.version());
            return before.with(checked);
        } catch (IllegalArgumentException invalid) {
            LOG.errorf(
                    "The stored policy %s is not valid and stays as it was: %s", policy.name(), invalid.getMessage());
            return before;
        }
    }

    /// @throws IllegalArgumentException begins with the field, and says what is allowed
    PolicyInForce checked(String name, Definition definition, long version) {
        return new PolicyInForce(name, definition, version, configured.dearest(name));
    }
}

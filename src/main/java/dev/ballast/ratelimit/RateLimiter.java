package dev.ballast.ratelimit;

import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Level;
import dev.ballast.origin.Breaker;
import dev.ballast.ratelimit.PolicyMeters.Outcome;
import dev.ballast.redis.InvalidationLog;
import dev.ballast.redis.LogFollower;
import dev.ballast.redis.RedisCommands;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/// Decides whether requests stay within their limits. Safe for use from every thread; answers arrive on the
/// asker's own context.
@ApplicationScoped
public class RateLimiter {
    private static final Logger LOG = Logger.getLogger(RateLimiter.class);
    private static final String FEATURE = "rate-limits";
    private static final String FORGIVEN = "rate-limit-forgiven";
    private static final Duration FORGIVEN_WITHIN = Duration.ofSeconds(1);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final RedisCommands redis;
    private final InvalidationLog log;
    private final Batches batches;
    private final Breaker breaker;
    private final DenyCache denyCache;
    private final LocalLimiter local;
    private final Pods pods;
    private final PolicyMeters meters;
    private final NearLimits near;
    private final BooleanSupplier withoutRedis;

    @Inject
    RateLimiter(
            RedisCommands redis,
            InvalidationLog log,
            RateLimitSettings settings,
            Pods pods,
            MeterRegistry registry,
            Degradation degradation,
            Tracing tracing) {
        Feature limits = degradation.feature(FEATURE);
        this(redis, log, settings, pods, registry, tracing, System::nanoTime, () -> limits.ordered() != Level.NORMAL);
    }

    /// @param withoutRedis whether Redis is not to be asked at the moment
    RateLimiter(
            RedisCommands redis,
            InvalidationLog log,
            RateLimitSettings settings,
            Pods pods,
            MeterRegistry registry,
            Tracing tracing,
            LongSupplier nanoTime,
            BooleanSupplier withoutRedis) {
        this.withoutRedis = withoutRedis;
        this.redis = redis;
        this.log = log;
        this.pods = pods;
        this.breaker = new Breaker(settings.breakerFailures(), settings.breakerPause(), nanoTime, RateLimiter::tell);
        redis.guardedBy(FEATURE, breaker::isOpen);
        this.batches = new Batches(redis, tracing, settings.deadline(), breaker);
        this.denyCache = new DenyCache(nanoTime);
        this.local = new LocalLimiter(nanoTime);
        this.meters = new PolicyMeters(registry);
        this.near = new NearLimits(nanoTime);
        FunctionCounter.builder("ballast.ratelimit.calls", batches, Batches::calls)
                .description("Calls to Redis; requests of the same turn of an event loop share one")
                .register(registry);
        Gauge.builder("ballast.ratelimit.deny.cache.size", denyCache, DenyCache::size)
                .description("Charges known to have had no room")
                .register(registry);
    }

    /// Without Redis each policy's failure mode decides: by default each pod limits to its share.
    @Produces
    @Singleton
    static Feature.Spec feature() {
        return Feature.Spec.of(FEATURE).uses("redis");
    }

    private static void tell(boolean open) {
        if (open) {
            LOG.warn("Redis does not decide on limits in time: until it does, each policy's failure mode decides");
        } else {
            LOG.info("Redis decides on limits again");
        }
    }

    void start(@Observes StartupEvent started) {
        follow();
    }

    /// Hears of who is forgiven from now on.
    void follow() {
        log.follow(new Forgiveness(), FORGIVEN_WITHIN);
    }

    private final class Forgiveness implements LogFollower {
        @Override
        public void forget(String channel, List<String> keys) {
            if (channel.equals(FORGIVEN)) {
                keys.forEach(denyCache::forget);
                keys.forEach(local::forget);
            }
        }

        @Override
        public void forgetEverything() {
            denyCache.forgetEverything();
        }
    }

    /// Charges all policies or none, with at most one round trip to Redis. Never fails: where Redis does not
    /// answer in time, or an operator ordered to do without it, each policy's failure mode decides.
    ///
    /// @param charges of one request, each to another policy
    public Uni<Decision> check(List<Charge> charges) {
        return Uni.createFrom().deferred(() -> {
            Optional<Decision.Rejected> denied = denied(charges);
            if (denied.isPresent()) {
                return Uni.createFrom().item(denied.get());
            }
            if (charges.isEmpty() || withoutRedis.getAsBoolean() || !breaker.admits()) {
                return Uni.createFrom().item(withoutRedis(charges));
            }
            return batches.charge(charges)
                    .onItemOrFailure()
                    .transform((standings, failure) -> failure == null ? decided(standings) : withoutRedis(charges));
        });
    }

    /// What the deny cache alone says, without any input or output: a rejection, or that it knows of none.
    public Optional<Decision.Rejected> denied(List<Charge> charges) {
        List<Standing> violated = denyCache.denied(charges);
        violated.forEach(standing -> meters.count(standing.charge(), Outcome.DENIED_BY_MEMORY));
        return violated.isEmpty() ? Optional.empty() : Optional.of(new Decision.Rejected(violated, violated));
    }

    private Decision decided(List<Standing> standings) {
        List<Standing> violated = violated(standings);
        standings.forEach(near::look);
        if (violated.isEmpty()) {
            standings.forEach(meters::admitted);
            return new Decision.Admitted(standings);
        }
        for (Standing standing : violated) {
            meters.count(standing.charge(), Outcome.REJECTED);
            denyCache.deny(standing);
        }
        return new Decision.Rejected(violated, standings);
    }

    private static List<Standing> violated(List<Standing> standings) {
        List<Standing> violated = List.of();
        for (Standing standing : standings) {
            if (!standing.admits() && !standing.charge().policy().shadow()) {
                violated = violated.isEmpty() ? new ArrayList<>() : violated;
                violated.add(standing);
            }
        }
        return violated;
    }

    /// Policies in shadow mode have no say here.
    private Decision withoutRedis(List<Charge> charges) {
        List<Standing> violated = new ArrayList<>();
        List<Charge> locally = new ArrayList<>();
        for (Charge charge : charges) {
            FailureMode mode = charge.policy().shadow()
                    ? FailureMode.OPEN
                    : charge.policy().onFailure();
            switch (mode) {
                case OPEN -> meters.count(charge, Outcome.FAILED_OPEN);
                case CLOSED -> {
                    meters.count(charge, Outcome.FAILED_CLOSED);
                    violated.add(new Standing(charge, false, 0, TRY_AGAIN, TRY_AGAIN, TRY_AGAIN));
                }
                case LOCAL -> locally.add(charge);
            }
        }
        if (violated.isEmpty()) {
            violated.addAll(local.check(locally, pods.count()));
            violated.forEach(standing -> meters.count(standing.charge(), Outcome.REJECTED_LOCALLY));
            if (violated.isEmpty()) {
                locally.forEach(charge -> meters.count(charge, Outcome.ADMITTED_LOCALLY));
            }
        }
        return violated.isEmpty() ? new Decision.Admitted(List.of()) : new Decision.Rejected(violated, List.of());
    }

    /// Where a charge stands, without charging it. Fails with the `redis` room's failure while Redis is away.
    public Uni<Standing> info(Charge charge) {
        return batches.look(List.of(charge)).map(List::getFirst);
    }

    /// Those whom this pod has seen use up at least half of a limit, the nearest to it first.
    public List<NearLimit> nearLimits(int most) {
        return near.most(most);
    }

    /// How the charges to each policy ended on this pod since its start.
    public Map<String, ChargeCounts> counts() {
        return meters.counts();
    }

    /// Deletes what is counted for the identifier, and has every pod drop it from its deny cache.
    public Uni<Void> forgive(Charge charge) {
        near.forget(charge);
        String key = LimitKeys.of(charge);
        return redis.send(Request.cmd(Command.DEL).arg(key))
                .chain(() -> log.append(FORGIVEN, List.of(key), FORGIVEN_WITHIN));
    }
}

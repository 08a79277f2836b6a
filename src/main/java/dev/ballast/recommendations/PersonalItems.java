package dev.ballast.recommendations;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.degradation.Dependencies;
import dev.ballast.degradation.Dependency;
import dev.ballast.degradation.Outcome;
import dev.ballast.origin.Breaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Items for one user, from the external API. Fails at once where too many wait for it already, or where it has
/// just failed several times in a row.
@Singleton
class PersonalItems {
    private final RecommendationApi api;
    private final Breaker breaker;
    private final int atOnce;
    private final AtomicInteger underWay = new AtomicInteger();
    private final Dependency dependency;
    private final Counter busy;
    private final Counter stopped;

    @Inject
    PersonalItems(
            Vertx vertx,
            RecommendationSettings settings,
            ObjectMapper mapper,
            Dependencies dependencies,
            MeterRegistry registry) {
        this(vertx, settings, mapper, dependencies, registry, System::nanoTime);
    }

    PersonalItems(
            Vertx vertx,
            RecommendationSettings settings,
            ObjectMapper mapper,
            Dependencies dependencies,
            MeterRegistry registry,
            LongSupplier nanoTime) {
        this.atOnce = settings.api().atOnce();
        this.api = new RecommendationApi(vertx, settings.api().url().orElseThrow(), settings, mapper, atOnce);
        this.breaker =
                new Breaker(settings.api().breakerFailures(), settings.api().breakerPause(), nanoTime, _ -> {});
        this.dependency = dependencies.named(RecommendationApiProbe.NAME);
        this.busy = registry.counter("ballast.recommendations.not.asked", "reason", "busy");
        this.stopped = registry.counter("ballast.recommendations.not.asked", "reason", "breaker");
        dependency.guardedBy("recommendations", breaker::isOpen);
    }

    Uni<List<Item>> of(long userId) {
        return Uni.createFrom().deferred(() -> {
            if (underWay.incrementAndGet() > atOnce) {
                underWay.decrementAndGet();
                busy.increment();
                return Uni.createFrom().failure(() -> new NotAsked("too many wait for it"));
            }
            return asked(userId).onTermination().invoke(() -> underWay.decrementAndGet());
        });
    }

    private Uni<List<Item>> asked(long userId) {
        if (!breaker.admits()) {
            stopped.increment();
            return Uni.createFrom().failure(() -> new NotAsked("it has just failed several times"));
        }
        return dependency
                .watch(api.itemsFor(userId), PersonalItems::meaning)
                .onItemOrFailure()
                .invoke((items, failure) -> report(failure));
    }

    /// What a failure says of the API; null where the caller or the API's knowledge is the reason.
    static @Nullable Outcome meaning(Throwable failure) {
        if (failure instanceof NoItems known) {
            return known.isItsOwnFault() ? Outcome.FAILED : null;
        }
        return Outcome.of(failure);
    }

    private void report(@Nullable Throwable failure) {
        if (failure == null || meaning(failure) == null) {
            breaker.succeeded();
        } else {
            breaker.failed();
        }
    }

    @PreDestroy
    void close() {
        api.close();
    }
}

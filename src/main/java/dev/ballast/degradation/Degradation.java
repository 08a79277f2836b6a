package dev.ballast.degradation;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Selects the level of every feature: by its dependencies, by the load, and above all by what an operator
/// ordered. Safe for use from every thread; reading a level is one volatile read.
@Singleton
public class Degradation {
    private static final Logger LOG = Logger.getLogger(Degradation.class);

    /// No setting: what is urgent is looked at when it happens. This only closes seconds and ends orders, for which
    /// a tenth of a second is exact enough.
    private static final long LOOK_EVERY_MS = 100;

    /// Stands for all features in an override.
    private static final String ALL = "";

    private final Dependencies dependencies;
    private final Events events;
    private final Set<String> core;
    private final InstantSource clock;
    private final Map<String, Feature> features = new TreeMap<>();
    private final Map<String, Order> overrides = new ConcurrentSkipListMap<>();
    // This belongs to this object's monitor.
    private final Map<String, Condition> told = new TreeMap<>();
    private volatile Feature.State pressure = new Feature.State(Level.NORMAL, "");
    private volatile Level overall = Level.NORMAL;
    private volatile String header = Level.NORMAL.wireName();

    @Inject
    Degradation(
            @Any Instance<Feature.Spec> specs,
            Dependencies dependencies,
            Events events,
            DegradationSettings settings,
            MeterRegistry registry) {
        this(specs, dependencies, events, settings, registry, InstantSource.system());
    }

    Degradation(
            Iterable<Feature.Spec> specs,
            Dependencies dependencies,
            Events events,
            DegradationSettings settings,
            MeterRegistry registry,
            InstantSource clock) {
        this.dependencies = dependencies;
        this.events = events;
        this.core = settings.core();
        this.clock = clock;
        for (Feature.Spec spec : specs) {
            features.put(spec.name(), new Feature(spec, new Feature.Meters(spec.name(), registry)));
            Gauge.builder("ballast.degradation.level", features.get(spec.name()), f -> rank(f.level()))
                    .description("Of a feature: 0 normal, 1 degraded, 2 minimal")
                    .tag("feature", spec.name())
                    .register(registry);
        }
        Gauge.builder("ballast.degradation.overall", this, d -> rank(d.overall()))
                .description("Of the service: 0 normal, 1 degraded, 2 minimal")
                .register(registry);
        Gauge.builder("ballast.degradation.overrides", overrides, Map::size)
                .description("Overrides in force on this pod")
                .register(registry);
    }

    /// An operator's order, which goes before everything else until it ends.
    ///
    /// @param feature null for all
    /// @param by who ordered it
    /// @param until when it reverts by itself
    public record Order(@Nullable String feature, Level level, String reason, String by, Instant until) {}

    /// The feature of this name.
    ///
    /// @throws IllegalArgumentException where no room declares it
    public Feature feature(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("no feature " + name));
    }

    /// Likewise; empty where there is none.
    public Optional<Feature> find(String name) {
        return Optional.ofNullable(features.get(name));
    }

    /// All features, by name.
    public Collection<Feature> features() {
        return List.copyOf(features.values());
    }

    /// That of the service as a whole: normal where all is, minimal where what everything needs is gone.
    public Level overall() {
        return overall;
    }

    /// The overall level and the features that are not normal, as every response has it.
    String header() {
        return header;
    }

    /// Those in force.
    public Collection<Order> overrides() {
        return List.copyOf(overrides.values());
    }

    /// Binds a feature, or all, in place of an earlier override of the same. What changes by it is told by the calling
    /// thread, and so in the trace of who orders it.
    public synchronized void order(Order order) {
        String feature = order.feature() == null ? ALL : order.feature();
        Order before = overrides.put(feature, order);
        events.ordered(
                "override",
                named(feature),
                before == null ? "none" : before.level().wireName(),
                order.level().wireName(),
                order.by() + ": " + order.reason());
        refresh();
    }

    /// Ends an override.
    ///
    /// @param feature null for that of all
    /// @return whether there was one
    public boolean revert(@Nullable String feature, String by) {
        return end(feature == null ? ALL : feature, "ended by " + by);
    }

    /// Says that there is more to do than can be done, or was until lately: features that are given up first are at
    /// this level at best, until another one is said.
    public void press(Level atBest, String why) {
        pressure = new Feature.State(atBest, why);
        dependencies.timer().execute(this::refresh);
    }

    /// Why features that are given up first are not at their best; null where the load does not keep them from it.
    public @Nullable String pressure() {
        Feature.State now = pressure;
        return now.level() == Level.NORMAL ? null : now.why();
    }

    void start(@Observes StartupEvent started) {
        dependencies.tell(this::refresh);
        var _ = dependencies
                .timer()
                .scheduleAtFixedRate(this::look, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /// To be called a few times a second.
    void look() {
        try {
            dependencies.all().forEach(Dependency::advance);
            Instant now = clock.instant();
            overrides.forEach((feature, order) -> {
                if (!now.isBefore(order.until())) {
                    var _ = end(feature, order, "its time is over");
                }
            });
            refresh();
        } catch (RuntimeException defect) {
            LOG.error("The levels cannot be selected", defect); // a timer that throws does not run again
        }
    }

    private boolean end(String feature, String why) {
        Order ended = overrides.get(feature);
        return ended != null && end(feature, ended, why);
    }

    /// Not the one that may have taken its place meanwhile.
    private synchronized boolean end(String feature, Order ended, String why) {
        if (!overrides.remove(feature, ended)) {
            return false;
        }
        events.ordered("override", named(feature), ended.level().wireName(), "none", why);
        refresh();
        return true;
    }

    /// Makes all levels what they should be now, and tells what changed.
    private synchronized void refresh() {
        Map<String, Condition> conditions = new TreeMap<>();
        for (Dependency dependency : dependencies.all()) {
            Condition condition = dependency.condition(); // once: it may change meanwhile
            conditions.put(dependency.name(), condition);
            Condition before = told.put(dependency.name(), condition);
            if (condition != (before == null ? Condition.WELL : before)) {
                events.changed(
                        "dependency",
                        dependency.name(),
                        before == null ? Condition.WELL.wireName() : before.wireName(),
                        condition.wireName(),
                        dependency.rule());
            }
        }
        features.values().forEach(feature -> refresh(feature, conditions));
        refreshOverall(conditions);
        header = headerNow();
    }

    private void refresh(Feature feature, Map<String, Condition> conditions) {
        Feature.State next = selected(feature, conditions);
        Level before = feature.level();
        feature.enter(next);
        if (before != next.level()) {
            String to = next.level().wireName();
            if (next.ordered()) {
                events.ordered("feature", feature.name(), before.wireName(), to, next.why());
            } else {
                events.changed("feature", feature.name(), before.wireName(), to, next.why());
            }
        }
    }

    private Feature.State selected(Feature feature, Map<String, Condition> conditions) {
        Order order = overrides.getOrDefault(feature.name(), overrides.get(ALL));
        if (order != null) {
            return new Feature.State(order.level(), "ordered by " + order.by() + ": " + order.reason(), true);
        }
        Feature.State byDependencies = feature.byDependencies(name -> conditions.getOrDefault(name, Condition.WELL));
        Feature.State byLoad = pressure;
        boolean pressed = feature.spec().optional() && byLoad.level().compareTo(byDependencies.level()) > 0;
        return pressed ? byLoad : byDependencies;
    }

    private void refreshOverall(Map<String, Condition> conditions) {
        Order order = overrides.get(ALL);
        Level next = order != null ? order.level() : overallBy(conditions);
        if (next != overall) {
            if (order == null) {
                events.changed("service", "ballast", overall.wireName(), next.wireName(), "by its parts");
            } else {
                events.ordered("service", "ballast", overall.wireName(), next.wireName(), order.reason());
            }
            overall = next;
        }
    }

    private Level overallBy(Map<String, Condition> conditions) {
        if (core.stream().anyMatch(name -> conditions.get(name) == Condition.GONE)) {
            return Level.MINIMAL;
        }
        boolean whole = features.values().stream().allMatch(feature -> feature.level() == Level.NORMAL);
        return whole ? Level.NORMAL : Level.DEGRADED;
    }

    private String headerNow() {
        return overall.wireName()
                + features.values().stream()
                        .filter(feature -> feature.level() != Level.NORMAL)
                        .map(feature ->
                                "; " + feature.name() + "=" + feature.level().wireName())
                        .collect(Collectors.joining());
    }

    private static String named(String feature) {
        return feature.equals(ALL) ? "all" : feature;
    }

    private static int rank(Level level) {
        return switch (level) {
            case NORMAL -> 0;
            case DEGRADED -> 1;
            case MINIMAL -> 2;
        };
    }
}

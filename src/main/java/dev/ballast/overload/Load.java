package dev.ballast.overload;

import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Dependencies;
import dev.ballast.degradation.Level;
import dev.ballast.problem.InvalidSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/// Knows how much this pod has to do, and who gets in. Safe for use from every thread.
@Singleton
class Load {
    private static final Logger LOG = Logger.getLogger(Load.class);

    /// How often event loops are felt from one look to the next: once they are idle at least, if they ever are.
    private static final int BEATS = 10;

    private final OverloadSettings settings;
    private final Consumer<Duration> heldUp;
    private final BiConsumer<Level, String> press;
    private final Supplier<Pulse.Lateness> lateness;
    private final Runnable feel;
    private final LongSupplier nanoTime;
    private final DoubleSupplier chance;
    private final Share optional;
    private final Share essential;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger optionalInFlight = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("ballast-overload").daemon().unstarted(task));
    private volatile Pulse.Lateness late = new Pulse.Lateness(0, 0, 0);
    /// Whether somebody was turned away as there was no room, whatever the share.
    private volatile boolean full;
    /// Whether anybody came since the look before.
    private volatile boolean came;
    // This belongs to the timer's thread.
    private final Overload overload;

    @Inject
    Load(
            Vertx vertx,
            OverloadSettings settings,
            Dependencies dependencies,
            Degradation degradation,
            MeterRegistry registry) {
        this(
                settings,
                dependencies::heldUp,
                degradation::press,
                new Pulse(((VertxInternal) vertx).getEventLoopGroup(), System::nanoTime),
                registry);
    }

    private Load(
            OverloadSettings settings,
            Consumer<Duration> heldUp,
            BiConsumer<Level, String> press,
            Pulse pulse,
            MeterRegistry registry) {
        this(
                settings,
                heldUp,
                press,
                pulse::look,
                pulse::feel,
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextDouble(),
                registry);
    }

    /// @param heldUp hears that event loops are late, and how long what they carry will feel it
    /// @param press hears what features that are given up first come to, and why
    /// @param feel the event loops, many times for each look
    /// @param chance from 0 to 1, drawn for each request that only a part of is let in
    Load(
            OverloadSettings settings,
            Consumer<Duration> heldUp,
            BiConsumer<Level, String> press,
            Supplier<Pulse.Lateness> lateness,
            Runnable feel,
            LongSupplier nanoTime,
            DoubleSupplier chance,
            MeterRegistry registry) {
        this.settings = settings;
        this.heldUp = heldUp;
        this.press = press;
        this.lateness = lateness;
        this.feel = feel;
        this.nanoTime = nanoTime;
        this.chance = chance;
        this.overload = new Overload(settings, nanoTime.getAsLong());
        this.optional = new Share(settings.optionalDelay(), 0, settings.optionalPatience(), settings);
        this.essential = new Share(settings.delay(), settings.leastShare(), settings.patience(), settings);
        Gauge.builder("ballast.overload.in.flight", inFlight, AtomicInteger::get)
                .description("Requests under way, probes and operators' left out")
                .register(registry);
        Gauge.builder("ballast.overload.event.loop.delay", this, load -> load.late.mean() / 1e9)
                .description("How late the latest event loop is on average, by which optional requests are let in")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("ballast.overload.event.loop.standing.delay", this, load -> load.late.least() / 1e9)
                .description("How late the latest event loop is at the least, by which all others are let in")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("ballast.overload.share", optional, Share::value)
                .description("Of requests that is let in")
                .tag("priority", "optional")
                .register(registry);
        Gauge.builder("ballast.overload.share", essential, Share::value)
                .description("Of requests that is let in")
                .tag("priority", "essential")
                .register(registry);
    }

    /// Whether a request may come in; if so, [#leave] must be called when it is over.
    boolean enter(boolean isOptional) {
        if (!came) {
            came = true;
        }
        boolean room = inFlight.get() < settings.maxInFlight()
                && (!isOptional || optionalInFlight.get() < settings.maxOptionalInFlight());
        if (!room) {
            full = true;
            return false;
        }
        double value = (isOptional ? optional : essential).value();
        if (value < 1 && chance.getAsDouble() >= value) {
            return false;
        }
        inFlight.incrementAndGet();
        if (isOptional) {
            optionalInFlight.incrementAndGet();
        }
        return true;
    }

    void leave(boolean isOptional) {
        inFlight.decrementAndGet();
        if (isOptional) {
            optionalInFlight.decrementAndGet();
        }
    }

    /// Ahead of whoever sets a timer by them.
    ///
    /// @throws IllegalStateException names every setting of this room that cannot be
    void check(@Observes @Priority(2) StartupEvent started) {
        InvalidSettings.refuse(OverloadSettings.problems(settings));
    }

    void start(@Observes StartupEvent started) {
        // With a delay, or a process that was paused would look several times at one and the same moment.
        long every = settings.lookEvery().toNanos();
        var _ = timer.scheduleWithFixedDelay(this::look, every, every, TimeUnit.NANOSECONDS);
        long beat = every / BEATS;
        var _ = timer.scheduleWithFixedDelay(this::beat, beat, beat, TimeUnit.NANOSECONDS);
    }

    /// Too few requests are never too much to do, and a pod at rest is to cost nothing.
    private void beat() {
        if (inFlight.get() >= settings.minInFlight()) {
            feel.run();
        }
    }

    void look() {
        try {
            Pulse.Lateness felt = lateness.get();
            feel.run();
            late = felt;
            if (felt.most() > settings.heldUpAfter().toNanos()) {
                heldUp.accept(settings.heldUpFor());
            }
            boolean ours = settings.enabled() && inFlight.get() >= settings.minInFlight();
            long slowing = ours ? felt.mean() : 0;
            long standing = ours ? felt.least() : 0;
            optional.look(slowing);
            // What optional requests have queued is worked off before others pay for it. So is what came at once, and
            // is followed by nobody: whoever comes after it would pay for it.
            if (came || standing <= settings.delay().toNanos()) {
                essential.look(optional.value() > 0 ? 0 : standing);
            }
            came = false;
            tell(slowing > settings.optionalDelay().toNanos());
        } catch (RuntimeException defect) {
            LOG.error("The load cannot be looked at", defect); // a timer that throws does not run again
        }
    }

    private void tell(boolean tooLate) {
        boolean noRoom = full;
        full = false;
        boolean sheds = noRoom || optional.value() < 1 || essential.value() < 1;
        if (overload.look(tooLate || noRoom, sheds, nanoTime.getAsLong())) {
            Level atBest = overload.atBest();
            String why = atBest != Level.MINIMAL
                    ? "over, and nobody was turned away for a while"
                    : tooLate
                            ? "event loops are %d ms late on average"
                                    .formatted(Duration.ofNanos(late.mean()).toMillis())
                            : "there was no room for more";
            press.accept(atBest, "overload: %s, %d requests in flight".formatted(why, inFlight.get()));
        }
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
    }
}

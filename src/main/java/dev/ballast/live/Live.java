package dev.ballast.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.degradation.Events;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// This pod's last samples, and whatever happens from now on. Safe for use from every thread.
@Singleton
public class Live {
    private final LiveSettings settings;
    private final MeterRegistry registry;
    private final ObjectMapper json;
    private final Events events;
    private final Clock clock = Clock.systemUTC();
    private final Instant startedAt = clock.instant();
    private final String pod;
    private final Audience<Told> audience = new Audience<>();
    // These belong to this object's monitor.
    private final Ring<Sample> samples;
    private @Nullable Readings readings;
    private @Nullable String written;

    @Inject
    Live(LiveSettings settings, MeterRegistry registry, ObjectMapper json, Events events) {
        this.settings = settings;
        this.registry = registry;
        this.json = json;
        this.events = events;
        this.pod = settings.pod().orElseGet(PodName::guess);
        this.samples = new Ring<>((int) Math.max(1, settings.keep().dividedBy(settings.every())));
    }

    /// Something to tell, as JSON already.
    ///
    /// @param event what kind of thing: `sample`, `change` or `progress`
    record Told(String event, String json) {}

    void start(@Observes StartupEvent started) {
        synchronized (this) {
            readings = new Readings(registry, System.nanoTime());
        }
        events.stream().subscribe().with(change -> tell("change", change));
    }

    /// Streams would hold a pod up that wants to end, and who looks is to look at another one.
    void end(@Observes ShutdownDelayInitiatedEvent ending) {
        audience.end();
    }

    void end(@Observes ShutdownEvent ending) {
        audience.end();
    }

    @Scheduled(every = "${ballast.live.every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sample() {
        Sample sample;
        synchronized (this) {
            if (readings == null) {
                return;
            }
            sample = readings.next(clock.instant(), System.nanoTime());
            samples.add(sample);
            written = null;
        }
        tell("sample", sample);
    }

    /// Tells all who follow how far something is.
    public void progress(Progress progress) {
        tell("progress", progress);
    }

    /// The last samples as JSON, written once for all who ask before the next one.
    synchronized String history() {
        if (written == null) {
            written = text(now());
        }
        return written;
    }

    private History now() {
        return History.of(pod, startedAt, settings, samples.all());
    }

    /// First this pod's history, then whatever happens after it, without a gap. Who falls too far behind is cut
    /// off, and begins anew.
    Multi<Told> stream() {
        return audience.follow(() -> new Told("hello", history()));
    }

    /// What this pod is called.
    String pod() {
        return pod;
    }

    private void tell(String event, Object what) {
        audience.tell(new Told(event, text(what)));
    }

    private String text(Object what) {
        try {
            return json.writeValueAsString(what);
        } catch (JsonProcessingException defect) {
            throw new IllegalStateException(defect);
        }
    }
}

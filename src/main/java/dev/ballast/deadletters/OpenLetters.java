package dev.ballast.deadletters;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;

/// Shows in the metrics how many letters wait for people, and for how long: of all pods' letters, on every pod.
@ApplicationScoped
class OpenLetters {
    private static final Logger LOG = Logger.getLogger(OpenLetters.class);
    private static final String COUNT_OPEN = Sql.read("deadletters", "count-open");

    private final Database database;
    private final MultiGauge open;
    private final MultiGauge oldest;
    /// Topics stay, with zeros, so that an alert sees that a letter is gone.
    private final Map<String, Waiting> byTopic = new TreeMap<>();

    @Inject
    OpenLetters(Database database, MeterRegistry registry) {
        this.database = database;
        this.open = MultiGauge.builder("ballast.deadletters.open")
                .description("Dead letters that wait for an operator")
                .register(registry);
        this.oldest = MultiGauge.builder("ballast.deadletters.oldest.age")
                .description("How long ago the oldest of them died")
                .baseUnit("seconds")
                .register(registry);
    }

    private record Waiting(long letters, double oldestSeconds) {}

    /// A failure leaves the last figures.
    @Scheduled(every = "${ballast.deadletters.count-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> count() {
        return database.query(COUNT_OPEN, Tuple.tuple())
                .invoke(this::show)
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.debug("open letters cannot be counted", failure))
                .onFailure()
                .recoverWithNull();
    }

    private synchronized void show(RowSet<Row> rows) {
        byTopic.replaceAll((topic, before) -> new Waiting(0, 0));
        rows.forEach(row -> byTopic.put(
                row.getString("topic"), new Waiting(row.getLong("letters"), row.getDouble("oldest_seconds"))));
        open.register(gauges(Waiting::letters), true);
        oldest.register(gauges(Waiting::oldestSeconds), true);
    }

    private List<MultiGauge.Row<?>> gauges(ToDoubleFunction<Waiting> figure) {
        return byTopic.entrySet().stream()
                .<MultiGauge.Row<?>>map(entry ->
                        MultiGauge.Row.of(Tags.of("topic", entry.getKey()), figure.applyAsDouble(entry.getValue())))
                .toList();
    }
}

package dev.ballast.payments;

import dev.ballast.database.Retention;
import dev.ballast.database.Sql;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Forgets orders that were settled long ago. Until then they absorb every repetition: the topic keeps a record for a
/// week, its dead letters for 30 days, and a letter can be replayed for 60; rows outlive them all.
@ApplicationScoped
class OrderRetention {
    private static final String FORGET_ORDERS = Sql.read("payments", "forget-orders");

    private final Retention retention;
    private final PaymentsConfig config;

    @Inject
    OrderRetention(Retention retention, PaymentsConfig config) {
        this.retention = retention;
        this.config = config;
    }

    @Scheduled(every = "${ballast.payments.retain-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> retain() {
        return retention.delete("orders", FORGET_ORDERS, config.keepOrdersFor());
    }
}

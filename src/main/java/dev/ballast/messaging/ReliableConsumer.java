package dev.ballast.messaging;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.messaging.Interruption.Abandoned;
import dev.ballast.offsets.Assignment;
import io.micrometer.core.instrument.Timer;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Context;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The records of one handler on this pod: those of one key one after another, the keys side by side, in a bounded
/// number. Fed by the consumer's thread; works on event loops.
final class ReliableConsumer {
    private static final Logger LOG = Logger.getLogger(ReliableConsumer.class);
    private static final Duration PAUSE_AFTER_A_FAULT = Duration.ofSeconds(1);

    private final String name;
    private final Delivery delivery;
    private final Circuit circuit;
    private final Inflow inflow;
    private final List<Context> loops;
    private final Timer settled;
    private final Map<TopicPartition, Assignment> assignments = new ConcurrentHashMap<>();
    private final Lanes<Lane> lanes = new Lanes<>();

    /// @param loops event loops that share the work
    ReliableConsumer(
            String name,
            Delivery delivery,
            Circuit circuit,
            Inflow inflow,
            List<Context> loops,
            DeliveryMetrics metrics) {
        this.name = name;
        this.delivery = delivery;
        this.circuit = circuit;
        this.inflow = inflow;
        this.loops = loops;
        this.settled = metrics.settled();
        metrics.gauge("inflight", "Records that are not finished", inflow::records);
        metrics.gauge(
                "circuit.open", "1 while a dependency is away and consumption waits", () -> circuit.isOpen() ? 1 : 0);
        metrics.gauge(
                "oldest.seconds", "How long the oldest record that is not finished has waited", this::oldestSeconds);
    }

    /// Records of one key of one partition. A record without a key has a lane of its own.
    private record Lane(TopicPartition partition, @Nullable ByteBuffer key, long offset) {
        static Lane of(Assignment home, InboundRecord record) {
            byte[] key = record.key();
            return key == null
                    ? new Lane(home.partition(), null, record.id().offset())
                    : new Lane(home.partition(), ByteBuffer.wrap(key), -1);
        }
    }

    /// Those of the assigned partitions of which nothing more is to be polled at the moment.
    Collection<TopicPartition> held(Collection<TopicPartition> assigned) {
        return circuit.isHolding() ? assigned : inflow.closed(assigned);
    }

    void assigned(Assignment assignment) {
        assignments.put(assignment.partition(), assignment);
    }

    @Nullable
    Assignment assignment(TopicPartition partition) {
        return assignments.get(partition);
    }

    List<Assignment> assignments() {
        return List.copyOf(assignments.values());
    }

    /// Forgets a partition; what is still on its way ends unnoticed.
    void forget(Assignment assignment) {
        assignment.handOver();
        assignments.remove(assignment.partition(), assignment);
    }

    /// Takes one record in. On the consumer's thread.
    void accept(ConsumerRecord<byte @Nullable [], byte @Nullable []> polled, Assignment home) {
        InboundRecord record = InboundRecord.of(polled);
        int size = record.size();
        long begin = System.nanoTime();
        inflow.add(home.partition(), size);
        home.begin(record.id().offset(), begin);
        Lane lane = Lane.of(home, record);
        Context loop = loops.get(Math.floorMod(lane.hashCode(), loops.size()));
        lanes.submit(
                lane,
                () -> onItsOwnContext(loop, record, home).onItemOrFailure().invoke((done, abandoned) -> {
                    inflow.remove(home.partition(), size);
                    home.ended();
                    settled.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
                }));
    }

    /// Never fails but with [Abandoned].
    private Uni<Void> onItsOwnContext(Context loop, InboundRecord record, Assignment home) {
        return Uni.createFrom()
                .deferred(() -> {
                    Context context = VertxContext.createNewDuplicatedContext(loop);
                    VertxContextSafetyToggle.setContextSafe(context, true);
                    var executor = MutinyHelper.executor(context);
                    return Uni.createFrom()
                            .deferred(() -> delivery.deliver(record, home))
                            .runSubscriptionOn(executor);
                })
                .onFailure(failure -> !(failure instanceof Abandoned))
                .invoke(failure ->
                        LOG.errorf(failure, "%s: a fault of the service at %s; trying again", name, record.id()))
                .onFailure(failure -> !(failure instanceof Abandoned))
                .retry()
                .withBackOff(PAUSE_AFTER_A_FAULT, PAUSE_AFTER_A_FAULT)
                .indefinitely();
    }

    private double oldestSeconds() {
        long now = System.nanoTime();
        return assignments.values().stream()
                        .map(assignment -> assignment.offsets().oldestBegan())
                        .filter(OptionalLong::isPresent)
                        .mapToLong(began -> now - began.getAsLong())
                        .max()
                        .orElse(0)
                / 1e9;
    }
}

package dev.ballast.offsets;

import dev.ballast.offsets.StoredOffsets.Place;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// One partition from its assignment to this pod until its revocation. Safe for use from every thread.
public final class Assignment {
    private final TopicPartition partition;
    private final Place place;
    private final OffsetTracker offsets;
    private final Set<Runnable> cuts = ConcurrentHashMap.newKeySet();
    private volatile boolean revoked;
    private volatile boolean gone;
    private volatile long inKafka;
    /// Not known at first, so that the first position is written there whatever it is.
    private volatile long inRedis = -1;
    /// Whether Redis may hold an offset beyond the first record that is not finished. True until this owner's first
    /// word is there: it may have been away when the partition began, or the log may have been cut.
    private volatile boolean lowersRedis = true;
    /// Records taken in that have not ended, finished or not. Guarded by this object's monitor.
    private int onTheirWay;

    /// @param first where consumption begins
    /// @param inKafka what is committed there, -1 where nothing is
    Assignment(TopicPartition partition, Place place, long first, long inKafka) {
        this.partition = partition;
        this.place = place;
        this.offsets = new OffsetTracker(first);
        this.inKafka = inKafka;
    }

    public TopicPartition partition() {
        return partition;
    }

    Place place() {
        return place;
    }

    public OffsetTracker offsets() {
        return offsets;
    }

    /// From now on no attempt begins.
    public void revoke() {
        revoked = true;
    }

    public boolean isRevoked() {
        return revoked;
    }

    public synchronized void begin(long offset, long nanoTime) {
        offsets.begin(offset, nanoTime);
        onTheirWay++;
    }

    /// Work that no next owner may find under way: it fails when the partition is handed over, and does not begin after
    /// that.
    ///
    /// @param handedOver makes the failure
    public <T extends @Nullable Object> Uni<T> untilHandedOver(
            Supplier<Uni<T>> work, Supplier<? extends Throwable> handedOver) {
        Uni<T> end = Uni.createFrom().emitter(emitter -> {
            Runnable cut = () -> emitter.fail(handedOver.get());
            cuts.add(cut);
            emitter.onTermination(() -> cuts.remove(cut));
            if (gone) {
                cut.run();
            }
        });
        // the end first, so that work is not even made where it has come already
        return Uni.combine().any().of(end, Uni.createFrom().deferred(work::get));
    }

    /// Whoever is next is about to have it.
    public void handOver() {
        revoke();
        gone = true;
        cuts.forEach(Runnable::run);
    }

    /// A record has ended: finished, or abandoned.
    public synchronized void ended() {
        onTheirWay--;
        if (onTheirWay == 0) {
            notifyAll();
        }
    }

    /// Waits until no record is on its way, or the time is over. Blocks.
    public synchronized void awaitEnds(Duration patience) throws InterruptedException {
        long latest = System.nanoTime() + patience.toNanos();
        while (onTheirWay > 0 && latest - System.nanoTime() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, latest - System.nanoTime()));
        }
    }

    boolean isAheadOfKafka(long position) {
        return position > inKafka;
    }

    boolean isAheadOfRedis(long position) {
        return position > inRedis;
    }

    /// Kafka has committed this position.
    void toldKafka(long position) {
        inKafka = position;
    }

    boolean lowersRedis() {
        return lowersRedis;
    }

    void toldRedis(long position) {
        inRedis = position;
        lowersRedis = false;
    }
}

package dev.ballast.messaging;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/// Bounds the records in flight, by number and by bytes. Each partition has an equal share, so that one whose records
/// get stuck holds itself up and no other one. Within a partition a stuck key does hold up the others once the share
/// is used up: one offset tells how far a partition is finished, so what lies behind has to be kept.
///
/// A partition whose share is used up stays closed until a quarter of it is free again, so that its consumption does
/// not stop and go with every record. Records are added and partitions asked for on the consumer's thread only, and
/// removed on any.
final class Inflow {
    private final int limit;
    private final long limitBytes;
    private final Map<TopicPartition, Use> uses = new ConcurrentHashMap<>();
    private final Use total = new Use();

    Inflow(int limit, long limitBytes) {
        this.limit = limit;
        this.limitBytes = limitBytes;
    }

    void add(TopicPartition partition, int size) {
        uses.computeIfAbsent(partition, fresh -> new Use()).change(1, size);
        total.change(1, size);
    }

    void remove(TopicPartition partition, int size) {
        Use use = uses.get(partition);
        if (use != null) {
            use.change(-1, -size);
        }
        total.change(-1, -size);
    }

    int records() {
        return total.records.get();
    }

    /// Those of the assigned partitions that are not to bring more at the moment. A poll may bring more than is left
    /// of a share, and what is on its way of partitions that have left counts too: all are closed where that
    /// takes as much again as the limits allow.
    Set<TopicPartition> closed(Collection<TopicPartition> assigned) {
        uses.entrySet().removeIf(use -> use.getValue().records.get() == 0 && !assigned.contains(use.getKey()));
        if (total.isClosed(2L * limit, 2 * limitBytes)) {
            return Set.copyOf(assigned);
        }
        int partitions = Math.max(1, assigned.size());
        Set<TopicPartition> closed = new HashSet<>();
        for (TopicPartition partition : assigned) {
            Use use = uses.get(partition);
            if (use != null && use.isClosed(Math.max(1, limit / partitions), Math.max(1, limitBytes / partitions))) {
                closed.add(partition);
            }
        }
        return closed;
    }

    private static final class Use {
        private final AtomicInteger records = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();
        private boolean closed;

        void change(int number, int size) {
            records.addAndGet(number);
            bytes.addAndGet(size);
        }

        boolean isClosed(long share, long shareBytes) {
            closed = closed
                    ? records.get() > share * 3 / 4 || bytes.get() > shareBytes * 3 / 4
                    : records.get() >= share || bytes.get() >= shareBytes;
            return closed;
        }
    }
}

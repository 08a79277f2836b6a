package dev.ballast.redis;

import dev.ballast.redis.LogPosition.Entry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Reads the invalidation log in a loop, on a line of its own, since its reads block: in one write the head, which
/// answers at once, and the entries from the last applied one on, which answers when there are some. Lives on one
/// event loop. A failed round is only followed by the next one.
final class LogReader {
    private static final int ENTRIES = 1_000;
    private static final long PAUSE_MS = 50;
    private static final long PATIENCE_MS = 1_000;

    private final Vertx vertx;
    private final Context eventLoop;
    private final Line line;
    private final LogPosition position;
    private final RedisScript headScript;
    private final LongSupplier blockMs;
    private final LongSupplier nanoTime;
    private final Watcher watcher;
    private boolean closed;
    private boolean continues;

    /// Hears how the reading goes, on the reader's event loop.
    interface Watcher {
        /// The head was read from the server of this run; before anything is made of it.
        void read(String run);

        /// A round is over; `failure` is null where it brought what it was to bring.
        void round(@Nullable Throwable failure);
    }

    LogReader(
            Vertx vertx,
            Context eventLoop,
            Line line,
            LogPosition position,
            RedisScript headScript,
            LongSupplier blockMs,
            LongSupplier nanoTime,
            Watcher watcher) {
        this.vertx = vertx;
        this.eventLoop = eventLoop;
        this.line = line;
        this.position = position;
        this.headScript = headScript;
        this.blockMs = blockMs;
        this.nanoTime = nanoTime;
        this.watcher = watcher;
    }

    void open() {
        line.open();
        eventLoop.runOnContext(_ -> round());
    }

    void close() {
        eventLoop.runOnContext(_ -> closed = true);
        line.close();
    }

    private void round() {
        if (closed) {
            return;
        }
        continues = false;
        Future<?> head = head();
        Future<?> entries = position.applied() < 0 ? head : entries();
        Future.join(head, entries).onComplete(done -> {
            watcher.round(done.succeeded() ? null : done.cause());
            if (done.succeeded()) {
                round();
            } else {
                if (done.cause() instanceof TimeoutException) {
                    line.missedDeadline();
                }
                vertx.setTimer(PAUSE_MS, _ -> round());
            }
        });
    }

    private Future<?> head() {
        long sentAt = nanoTime.getAsLong();
        return within(line.useWithRunId((connection, runId) -> connection
                        .send(Request.cmd(Command.EVAL)
                                .arg(headScript.source())
                                .arg(2)
                                .arg(InvalidationLog.HEAD)
                                .arg(InvalidationLog.STREAM)
                                .arg(runId)
                                .arg(UUID.randomUUID().toString()))
                        .onSuccess(_ -> watcher.read(runId))))
                .map(reply -> {
                    continues = position.head(
                            reply.get(0).toString(), Long.parseLong(reply.get(1).toString()), sentAt);
                    return reply;
                });
    }

    private Future<?> entries() {
        Request read = Request.cmd(Command.XREAD)
                .arg("COUNT")
                .arg(ENTRIES)
                .arg("BLOCK")
                .arg(blockMs.getAsLong())
                .arg("STREAMS")
                .arg(InvalidationLog.STREAM)
                .arg(position.applied() + "-0");
        return within(line.<@Nullable Response>use(connection -> connection.send(read)))
                .map(reply -> {
                    List<Entry> entries = reply == null ? List.of() : parse(reply);
                    // Without a head that fits, they may belong to another beginning of the log.
                    if (continues) {
                        position.entries(entries, entries.size() < ENTRIES);
                    }
                    return reply;
                });
    }

    private <T extends @Nullable Object> Future<T> within(Future<T> answer) {
        return answer.timeout(blockMs.getAsLong() + PATIENCE_MS, TimeUnit.MILLISECONDS);
    }

    /// `[[stream, [[id, [field, value, …]], …]]]`: the first pair names the channel, the others a key each.
    private static List<Entry> parse(Response reply) {
        List<Entry> entries = new ArrayList<>();
        for (Response raw : reply.get(0).get(1)) {
            String id = raw.get(0).toString();
            Response fields = raw.get(1);
            List<String> keys = new ArrayList<>();
            for (int i = 3; i < fields.size(); i += 2) {
                keys.add(fields.get(i).toString());
            }
            long number = Long.parseLong(id.substring(0, id.indexOf('-')));
            entries.add(new Entry(number, fields.get(1).toString(), keys));
        }
        return entries;
    }
}

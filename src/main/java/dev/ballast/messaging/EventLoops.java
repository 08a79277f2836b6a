package dev.ballast.messaging;

import io.smallrye.mutiny.vertx.MutinyHelper;
import io.smallrye.reactive.messaging.providers.locals.LocalContextMetadata;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.Executor;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/// Brings work back to the event loop, and the duplicated context with its trace, that it belongs to:
/// timers and Kafka's threads resume it elsewhere.
final class EventLoops {
    private EventLoops() {}

    /// The caller's; the thread itself where it is no event loop.
    static Executor current() {
        return of(Vertx.currentContext());
    }

    /// The one the connector made for this message.
    static Executor of(Message<?> message) {
        return message.getMetadata(LocalContextMetadata.class)
                .map(metadata -> of(metadata.context()))
                .orElseGet(EventLoops::current);
    }

    private static Executor of(@Nullable Context context) {
        return context == null ? Runnable::run : MutinyHelper.executor(context);
    }
}

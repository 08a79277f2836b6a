package dev.ballast.degradation;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A feature's handlers, one per level. A request is handled at the level the feature is at; where that handler
/// fails, the next one answers this request at once, whatever the level is. Safe for use from every thread.
///
/// ```java
/// Ladder<Long, Items> ladder = degradation.feature("recommendations")
///         .<Long, Items>normal(personal::of)
///         .degraded(popular::of)
///         .minimal(nothing::of);
/// Uni<Ladder.Answer<Items>> answer = ladder.handle(userId);
/// ```
///
/// @param <A> what is asked
/// @param <T> what is answered
public final class Ladder<A, T> {
    /// Far beyond what handlers may take, each of which has a limit of its own: no setting, as it only keeps one that
    /// hangs from being rehearsed for ever.
    private static final Duration REHEARSAL_LIMIT = Duration.ofSeconds(2);

    /// Of the requests that a fallback answers: enough to be heard among the probes of a pod that is asked at all.
    private static final int TRIED_ONE_IN = 10;

    private final Feature feature;
    private final Handler<A, T> normal;
    private final Handler<A, T> degraded;
    private final Handler<A, T> minimal;
    private final AtomicInteger fallbacks = new AtomicInteger();
    private volatile @Nullable A sample;

    private Ladder(Feature feature, Handler<A, T> normal, Handler<A, T> degraded, Handler<A, T> minimal) {
        this.feature = feature;
        this.normal = normal;
        this.degraded = degraded;
        this.minimal = minimal;
    }

    /// Answers a request. May throw or fail.
    @FunctionalInterface
    public interface Handler<A, T> {
        Uni<T> handle(A asked);
    }

    /// What was answered, and at which level.
    public record Answer<T>(T value, Level level) {
        /// Whether a fallback answered.
        public boolean isFallback() {
            return level != Level.NORMAL;
        }
    }

    /// A ladder that lacks two handlers.
    public record Normal<A, T>(Feature feature, Handler<A, T> normal) {
        /// The handler for when something is missing.
        public Degraded<A, T> degraded(Handler<A, T> handler) {
            return new Degraded<>(feature, normal, handler);
        }
    }

    /// A ladder that lacks a handler.
    public record Degraded<A, T>(Feature feature, Handler<A, T> normal, Handler<A, T> degraded) {
        /// The last handler, which should depend on nothing.
        public Ladder<A, T> minimal(Handler<A, T> handler) {
            Ladder<A, T> ladder = new Ladder<>(feature, normal, degraded, handler);
            feature.add(ladder);
            return ladder;
        }
    }

    /// Has the fallbacks run in the background with this request, so that they are known to work before they are
    /// needed.
    public Ladder<A, T> rehearsedWith(A request) {
        sample = request;
        return this;
    }

    /// Answers a request; fails with what the caller did wrong, or with the failure of the last handler. The
    /// handler is chosen now, and does its work once the answer is subscribed to.
    ///
    /// While it is degraded, and nobody ordered it, one request in ten is handled in full too, and nobody waits
    /// for that: where nobody called them any more, only probes would say whether they are well, and be wrong
    /// where they are asked for less than callers are.
    public Uni<Answer<T>> handle(A asked) {
        Level level = feature.level();
        if (level == Level.DEGRADED && !feature.isOrdered() && fallbacks.incrementAndGet() % TRIED_ONE_IN == 0) {
            begun(normal, asked).subscribe().with(_ -> {}, _ -> {});
        }
        return at(level, asked);
    }

    private Uni<Answer<T>> at(Level level, A asked) {
        return begun(handler(level), asked)
                .onItemOrFailure()
                .transformToUni((value, failure) -> failure == null
                        ? Uni.createFrom().item(answered(value, level))
                        : afterFailure(level, asked, failure));
    }

    private static <A, T> Uni<T> begun(Handler<A, T> handler, A asked) {
        try {
            return handler.handle(asked);
        } catch (RuntimeException thrown) {
            return Uni.createFrom().failure(thrown);
        }
    }

    private Uni<Answer<T>> afterFailure(Level level, A asked, Throwable failure) {
        if (level == Level.MINIMAL || !isNoAnswer(failure)) {
            return Uni.createFrom().failure(failure);
        }
        fell(level, failure);
        return at(level.next(), asked);
    }

    Handler<A, T> handler(Level level) {
        return switch (level) {
            case NORMAL -> normal;
            case DEGRADED -> degraded;
            case MINIMAL -> minimal;
        };
    }

    private Answer<T> answered(T value, Level level) {
        feature.meters().answered(level);
        return new Answer<>(value, level);
    }

    private void fell(Level from, Throwable failure) {
        feature.meters().fell(from);
        Span.current()
                .addEvent(
                        "fallback",
                        Attributes.builder()
                                .put("ballast.feature", feature.name())
                                .put("ballast.level", from.next().wireName())
                                .put("ballast.cause", failure.getClass().getSimpleName())
                                .build());
    }

    /// Bad input, for one, is an answer, and no other handler would give a better one.
    private static boolean isNoAnswer(Throwable failure) {
        return !(failure instanceof DomainException known) || known.kind() == Kind.UNAVAILABLE;
    }

    /// Runs the fallback of a level on its own; completes at once where there is no request to run it with.
    Uni<Void> rehearse(Level level) {
        A request = sample;
        return request == null
                ? Uni.createFrom().voidItem()
                : Uni.createFrom()
                        .deferred(() -> handler(level).handle(request))
                        .ifNoItem()
                        .after(REHEARSAL_LIMIT)
                        .fail()
                        .replaceWithVoid();
    }
}

package dev.ballast.payments;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.redis.RedisCommands;
import dev.ballast.redis.RedisFailure;
import dev.ballast.redis.RedisScript;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The fast path of idempotency: `payment:<order>` in Redis holds the outcome of a settled order for a day, so that a
/// duplicate costs no transaction. Redis decides nothing: where it is silent, PostgreSQL does. Never fails.
@ApplicationScoped
class SettledPayments {
    private static final RedisScript BEGIN = RedisScript.named("payment-begin");
    private static final RedisScript FINISH = RedisScript.named("payment-finish");
    private static final Duration DEADLINE = Duration.ofMillis(100);

    /// Longer than settling takes; somebody else waits a moment for it at most, and goes on.
    private static final Duration NOTED_FOR = Duration.ofSeconds(10);

    private final RedisCommands redis;
    private final PaymentsConfig config;
    private final String owner = Long.toString(new SecureRandom().nextLong(Long.MAX_VALUE), Character.MAX_RADIX);

    @Inject
    SettledPayments(RedisCommands redis, PaymentsConfig config) {
        this.redis = redis;
        this.config = config;
    }

    /// What Redis knows of an order.
    sealed interface Known {
        /// It is settled, with this content and this outcome.
        @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
        record Settled(byte[] outcome) implements Known {}

        /// Somebody else is settling it, or was a moment ago.
        record InProgress() implements Known {}

        /// Nothing that counts.
        record Unknown() implements Known {}
    }

    /// Asks, and notes that this pod is about to settle it where it is not.
    Uni<Known> begin(Payment payment) {
        String fingerprint = HexFormat.of().formatHex(payment.fingerprint());
        return redis.run(
                        BEGIN,
                        List.of(key(payment.orderId())),
                        List.of(fingerprint, owner, Long.toString(NOTED_FOR.toMillis())),
                        DEADLINE)
                .map(reply -> known(Objects.requireNonNull(reply, "the script never answers nil"), fingerprint))
                .onFailure(RedisFailure.class)
                .recoverWithItem(new Known.Unknown());
    }

    private static Known known(Response reply, String fingerprint) {
        return switch (reply.get(0).toString()) {
            // another content is for PostgreSQL to judge
            case "DONE" ->
                fingerprint.equals(reply.get(1).toString())
                        ? new Known.Settled(reply.get(2).toBytes())
                        : new Known.Unknown();
            case "IN_PROGRESS" -> new Known.InProgress();
            default -> new Known.Unknown();
        };
    }

    /// Keeps the outcome of an order that is final.
    Uni<Void> finish(Payment payment, byte[] outcome) {
        return redis.run(
                        FINISH,
                        List.of(key(payment.orderId())),
                        List.of(
                                HexFormat.of().formatHex(payment.fingerprint()),
                                new String(outcome, UTF_8),
                                Long.toString(config.rememberFor().toMillis())),
                        DEADLINE)
                .onFailure(RedisFailure.class)
                .recoverWithItem((@Nullable Response) null)
                .replaceWithVoid();
    }

    private static String key(String orderId) {
        return "payment:" + orderId;
    }
}

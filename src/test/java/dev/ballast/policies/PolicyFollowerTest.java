package dev.ballast.policies;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.redis.OneRedis;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// On a real log; the reads of PostgreSQL end when the test says so.
class PolicyFollowerTest {
    @RegisterExtension
    static final OneRedis REDIS = new OneRedis();

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Queue<UniEmitter<? super Void>> reads = new ConcurrentLinkedQueue<>();
    private final PolicyFollower follower = new PolicyFollower(
            () -> Uni.createFrom().<Void>emitter(emitter -> reads.add(emitter)),
            REDIS.fixture().log());

    @Test
    void changeToldDuringTheFirstRead_isReadAfterIt() {
        follower.follow(new StartupEvent());
        REDIS.fixture().following();
        follower.start(new StartupEvent());
        UniEmitter<? super Void> first = reads.remove();

        assertTrue(follower.tell("ip").await().atMost(PATIENCE));
        await().during(Duration.ofMillis(700)).atMost(PATIENCE).until(reads::isEmpty);
        assertFalse(follower.hasRead());
        first.complete(null);

        assertTrue(follower.hasRead());
        await().atMost(PATIENCE).until(() -> !reads.isEmpty());
    }
}

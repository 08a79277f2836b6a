package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.fault.Subject.Seen;
import dev.ballast.stack.Pod;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// No pod is there to deliver what is changed, and Redis goes on to hold what was before. On a stack apart, as any pod
/// on the same database would deliver it.
class StoppedPodsFaultIT {
    private static final Stack STACK = Stack.apart("cache");
    private static final Duration TWO_SWEEPS = Duration.ofMillis(2_500);
    private static final Duration DELIVERED_WITHIN = Duration.ofSeconds(20);
    private static final Duration PAST_D = Duration.ofMillis(1_100);

    @Test
    void usersChangedWhileAllPodsAreStopped_podsStarted_deliverThemAndShowNoOldValueFromDOn() throws Exception {
        List<Long> users = CheckedUsers.create(STACK, 24);
        try (Pod a = STACK.pod("stopped-a").start();
                Pod b = STACK.pod("stopped-b");
                EventLoop loop = new EventLoop()) {
            show(loop, a, users);
            a.stop();
            for (long user : users) {
                CheckedUsers.changeBySql(STACK, user);
            }
            await().pollDelay(TWO_SWEEPS).until(() -> true);
            assertEquals(users.size(), CheckedUsers.waiting(STACK), "nobody is there to deliver");
            assertEquals(users.size(), held(users), "Redis holds the old values, else this shows nothing");

            a.start();
            b.start();
            await("delivered").atMost(DELIVERED_WITHIN).until(() -> CheckedUsers.waiting(STACK) == 0);
            await().pollDelay(PAST_D).until(() -> true);

            Map<Long, Long> newest = CheckedUsers.versions(STACK, users);
            assertEquals(newest, show(loop, a, users));
            assertEquals(newest, show(loop, b, users));
        }
    }

    private static Map<Long, Long> show(EventLoop loop, Pod pod, List<Long> users) throws Exception {
        CompletableFuture<Seen> answer = new CompletableFuture<>();
        new HttpPods(loop, List.of(pod.url())).read(0, users, answer::complete);
        return answer.get(20, TimeUnit.SECONDS) instanceof Seen.Versions seen ? seen.byKey() : Map.of();
    }

    /// How many of these users Redis holds.
    private static long held(List<Long> users) {
        try (RedisConsole console = new RedisConsole(STACK.redisUrl())) {
            return users.stream()
                    .filter(user -> !console.keys("ballast:{users:*}:" + user).isEmpty())
                    .count();
        }
    }
}

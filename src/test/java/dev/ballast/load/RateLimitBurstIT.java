package dev.ballast.load;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Contract 2 of the rate limits, from outside: however many requests come at once, and over however many pods.
class RateLimitBurstIT {
    private static final int PER_POD = 1_000;
    private static final long LIMIT = 100;
    private static final long USER = 1;

    private final Stack stack = Stack.shared();
    private final Pod one = pod("burst-1");
    private final Pod other = pod("burst-2");

    private Pod pod(String name) {
        return stack.pod(name)
                // a charge whose answer is late counts in Redis and is rejected here: on a busy machine a burst takes
                // longer than seconds, and what is shown is what Redis counts
                .property("ballast.ratelimit.deadline", "PT30S")
                .property("ballast.policies.ip.algorithm", "sliding-window-log")
                .property("ballast.policies.ip.limit", Long.toString(LIMIT))
                .property("ballast.policies.ip.on-failure", "closed")
                // a thousand at once are more than a young pod does in a second, and what is counted is what limits
                // reject
                .property("ballast.overload.enabled", "false");
    }

    @AfterEach
    void end() {
        one.close();
        other.close();
    }

    @Test
    void get_2000AtOnceOverTwoPods_exactlyTheLimitIsAdmitted() throws InterruptedException {
        one.start();
        other.start();
        for (Pod pod : List.of(one, other)) {
            new Load(pod.url(), Tokens.service(), 32).run(Duration.ofSeconds(3), _ -> "/users/" + USER);
        }
        given().baseUri(one.url())
                .header("Authorization", "Bearer " + Tokens.operator())
                .delete("/ops/rate-limits/ip/127.0.0.1")
                .then()
                .statusCode(204);
        try (Burst burst = new Burst(List.of(one.url(), other.url()), Tokens.user(USER), PER_POD)) {
            Burst.Answers answers = burst.fire("/users/" + USER);

            System.out.printf("%,d requests at once over two pods: %s in %s%n", 2 * PER_POD, answers, answers.took());
            assertEquals(Map.of("200", LIMIT, "429", 2 * PER_POD - LIMIT), answers.statuses(), answers::toString);
        }
    }
}

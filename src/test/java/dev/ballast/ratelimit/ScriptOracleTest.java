package dev.ballast.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.redis.RedisFixture;
import dev.ballast.redis.RedisProcess;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The script on a real Redis, its clock given by the test, against the oracles: not one figure differs. The windows
/// are a minute or longer, as keys end by Redis' own clock; the traces take seconds of it.
class ScriptOracleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CLOCK = "now = time[1] * SECOND + time[2]";
    private static final int CHECKS = 100_000;
    private static final int CHECKS_PER_TRACE = 2_000;
    private static final long SOME_DAY = 1_790_000_000_123_457L;

    /// Redis' own clock goes on between setting an end and reading it.
    private static final long BETWEEN = 1_000_000;

    private static final long FAR_OFF_MS = 1_000_000_000;

    private static RedisProcess server;
    private static RedisFixture fixture;
    private static String sha;

    @BeforeAll
    static void start() throws IOException {
        server = new RedisProcess().start();
        fixture = RedisFixture.connectedTo(server);
        try (InputStream script = ScriptOracleTest.class.getResourceAsStream("/lua/rate-limit.lua")) {
            String source = new String(script.readAllBytes(), UTF_8);
            assertTrue(source.contains(CLOCK));
            String clocked = source.replace(CLOCK, "now = tonumber(ARGV[4])");
            sha = send(Request.cmd(Command.SCRIPT).arg("LOAD").arg(clocked)).toString();
        }
    }

    @AfterAll
    static void stop() {
        fixture.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void charge_randomTraces_asTheOracleSays(Algorithm algorithm) {
        int checks = 0;
        long rejected = 0;
        for (int trace = 0; checks < CHECKS; trace++) {
            Random random = new Random(trace);
            Policy policy = policy(algorithm, random);
            rejected += run("t" + trace, policy, random);
            checks += CHECKS_PER_TRACE;
        }
        System.out.printf("%s: %,d checks, %,d of them rejected, no difference%n", algorithm, checks, rejected);
        assertTrue(rejected > CHECKS / 10 && rejected < CHECKS - CHECKS / 10, rejected + " rejected");
    }

    private static long run(String id, Policy policy, Random random) {
        Oracle oracle = Oracle.of(policy);
        List<Request> requests = new ArrayList<>();
        List<Oracle.Answer> expected = new ArrayList<>();
        List<String> told = new ArrayList<>();
        long now = SOME_DAY + random.nextLong(1_000_000_000);
        for (int i = 0; i < CHECKS_PER_TRACE; i++) {
            long cost = random.nextInt(4) > 0 ? 1 : 1 + random.nextInt((int) Math.min(policy.limit() + 1, 12));
            requests.add(request(new Charge(policy, "", id, cost), now, true));
            Oracle.Answer answer = oracle.charge(now, cost);
            expected.add(answer);
            told.add("check %d of %s at %d, cost %d".formatted(i, policy, now, cost));
            now = next(now, answer, policy, random);
        }
        List<Response> replies = Uni.join()
                .all(requests.stream()
                        .map(request -> fixture.commands().send(request, PATIENCE))
                        .toList())
                .andFailFast()
                .await()
                .atMost(PATIENCE);
        for (int i = 0; i < replies.size(); i++) {
            assertEquals(expected.get(i), answer(replies.get(i)), told.get(i));
        }
        return expected.stream().filter(answer -> answer.retry() != 0).count();
    }

    /// Mostly crowds; the very microsecond at which something changes and those beside it; pauses; a clock set back.
    private static long next(long now, Oracle.Answer answer, Policy policy, RandomGenerator random) {
        long window = policy.windowMicros();
        long beside = random.nextInt(3) - 1;
        return now
                + switch (random.nextInt(20)) {
                    case 0, 1 -> Math.max(answer.retry(), 0) + beside;
                    case 2 -> answer.more() + beside;
                    case 3 -> answer.full() + beside;
                    case 4 -> window - (now % window) + beside;
                    case 5 -> window + beside;
                    case 6 -> random.nextInt(10) > 0 ? 0 : random.nextLong(3 * window);
                    case 7 -> random.nextInt(10) > 0 ? 0 : -random.nextLong(2 * window);
                    case 8, 9, 10 -> 0;
                    default -> random.nextLong(Math.max(1, 2 * window / policy.limit()));
                };
    }

    private static Policy policy(Algorithm algorithm, Random random) {
        long limit = List.of(1L, 2L, 7L, 10L, 100L, 997L).get(random.nextInt(6));
        Duration window = List.of(Duration.ofMinutes(1), Duration.ofMillis(61_337), Duration.ofHours(1))
                .get(random.nextInt(3));
        long burst = random.nextBoolean() ? limit : 1 + random.nextLong(limit);
        return new Policy("p", algorithm, limit, window, burst, false, FailureMode.CLOSED, 0);
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void charge_atTheRetryTime_admitsAndNotAMicrosecondBefore(Algorithm algorithm) {
        Policy policy = new Policy("p", algorithm, 5, Duration.ofMinutes(1), 5, false, FailureMode.CLOSED, 0);
        Charge charge = new Charge(policy, "", "edge", 1);
        long now = SOME_DAY;
        for (int i = 0; i < 200; i++) {
            Oracle.Answer answer = answer(send(request(charge, now, true)));
            if (answer.retry() > 0) {
                assertTrue(answer(send(request(charge, now + answer.retry() - 1, true)))
                                .retry()
                        > 0);
                now += answer.retry();
                assertEquals(0, answer(send(request(charge, now, true))).retry());
            }
            now += 1_001;
        }
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void charge_manyRequestsInOneCall_asOneAfterTheOther(Algorithm algorithm) {
        Random random = new Random(5);
        for (int round = 0; round < 50; round++) {
            Policy policy = policy(algorithm, random);
            Oracle oracle = Oracle.of(policy);
            long now = SOME_DAY;
            for (int call = 0; call < 20; call++) {
                ScriptCall together = new ScriptCall();
                List<Oracle.Answer> expected = new ArrayList<>();
                for (int i = random.nextInt(30); i >= 0; i--) {
                    long cost = 1 + random.nextInt(3);
                    together.add(List.of(new Charge(policy, "", "round" + round, cost)));
                    expected.add(oracle.charge(now, cost));
                }
                Buffer reply = send(request(together, now, true)).toBuffer();
                for (int i = 0; i < expected.size(); i++) {
                    assertEquals(expected.get(i), answer(reply, i), "request " + i + " of " + policy);
                }
                now += random.nextLong(policy.windowMicros());
            }
        }
    }

    @Test
    void charge_oneOfThreeRejects_noKeyChanges() {
        List<Charge> request = List.of(
                charge("a", Algorithm.SLIDING_WINDOW_LOG, 10),
                charge("b", Algorithm.SLIDING_WINDOW_COUNTER, 10),
                charge("c", Algorithm.TOKEN_BUCKET, 3));
        long now = SOME_DAY;
        for (int i = 0; i < 3; i++) {
            assertEquals(0, answer(send(request(request, now++, true)), 2).retry());
        }
        String before = digest();

        Response rejected = send(request(request, now, true));

        assertEquals(0, answer(rejected, 0).retry());
        assertEquals(0, answer(rejected, 1).retry());
        assertTrue(answer(rejected, 2).retry() > 0);
        assertEquals(List.of(7L, 7L, 0L), remaining(rejected));
        assertEquals(before, digest());
    }

    @Test
    void charge_afterWhatIsInTheWindowLeft_rejectionTrimsNothing() {
        Charge dear = new Charge(charge("d", Algorithm.SLIDING_WINDOW_LOG, 4).policy(), "", "d", 4);
        long now = SOME_DAY;
        for (int i = 0; i < 4; i++) {
            send(request(charge("d", Algorithm.SLIDING_WINDOW_LOG, 4), now + i * 1_000_000L, true));
        }
        now += 61_000_000;
        String before = digest();
        Oracle.Answer answer = answer(send(request(dear, now, true)));
        assertEquals(2, answer.remaining());
        assertEquals(2_000_000, answer.retry());
        assertEquals(before, digest());
    }

    @Test
    void charge_shadowRejects_othersAreChargedAndItIsNot() {
        Policy shadow =
                new Policy("s", Algorithm.SLIDING_WINDOW_LOG, 1, Duration.ofMinutes(1), 1, true, FailureMode.CLOSED, 0);
        List<Charge> request = List.of(new Charge(shadow, "", "e", 1), charge("e", Algorithm.TOKEN_BUCKET, 10));
        send(request(request, SOME_DAY, true));
        String length = send(Request.cmd(Command.LLEN).arg(LimitKeys.of(request.getFirst())))
                .toString();

        Response second = send(request(request, SOME_DAY, true));

        assertTrue(answer(second, 0).retry() > 0);
        assertEquals(8, answer(second, 1).remaining());
        assertEquals(
                length,
                send(Request.cmd(Command.LLEN).arg(LimitKeys.of(request.getFirst())))
                        .toString());
    }

    @Test
    void look_saysTheSameAndChangesNothing() {
        Charge charge = charge("f", Algorithm.SLIDING_WINDOW_LOG, 10);
        send(request(charge, SOME_DAY, true));
        String before = digest();
        assertEquals(new Oracle.Answer(9, 0, 60_000_000, 60_000_000), answer(send(request(charge, SOME_DAY, false))));
        assertEquals(before, digest());
    }

    /// Whatever is stored is kept until all of the limit is there again, and not for ever: the test puts the end far
    /// off before each charge, to see when the script sets it anew.
    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void charge_keysOutliveWhatTheyCount(Algorithm algorithm) {
        Random random = new Random(7);
        for (int round = 0; round < 10; round++) {
            Policy policy = policy(algorithm, random);
            Charge charge = new Charge(policy, "", "ttl" + round, 1);
            String key = LimitKeys.of(charge);
            long now = SOME_DAY;
            long ends = 0;
            for (int i = 0; i < 150; i++) {
                send(Request.cmd(Command.PEXPIRE).arg(key).arg(FAR_OFF_MS));
                Oracle.Answer answer = answer(send(request(charge, now, true)));
                long lives = send(Request.cmd(Command.PTTL).arg(key)).toLong();
                if (lives < FAR_OFF_MS / 2) {
                    assertTrue(lives > 0 && lives <= 3 * policy.window().toMillis() + 1, "lives for ms: " + lives);
                    ends = now + lives * 1_000;
                }
                assertTrue(now + answer.full() <= ends + BETWEEN, "it ends before what it counts does");
                now += random.nextLong(Math.max(1, 2 * policy.windowMicros() / policy.limit()));
            }
        }
    }

    /// What an operator gives a longer window must not end when the shorter one would have.
    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void charge_afterTheWindowGrew_keysOutliveTheLongerOne(Algorithm algorithm) {
        long now = SOME_DAY;
        send(request(grown(algorithm, Duration.ofMinutes(1)), now, true));
        Charge longer = grown(algorithm, Duration.ofHours(1));
        Oracle.Answer answer = null;
        for (int i = 0; i < 2; i++) {
            now += 61_000_000;
            answer = answer(send(request(longer, now, true)));
        }
        long lives = send(Request.cmd(Command.PTTL).arg(LimitKeys.of(longer))).toLong();
        assertTrue(lives * 1_000 + BETWEEN >= answer.full(), "lives for ms: " + lives + ", is to: " + answer.full());
    }

    private static Charge grown(Algorithm algorithm, Duration window) {
        Policy policy = new Policy("grown", algorithm, 10, window, 10, false, FailureMode.CLOSED, 0);
        return new Charge(policy, "", "grown", 1);
    }

    @Test
    void look_afterALogsLimitShrank_saysWhenThereIsRoomAgain() {
        long now = SOME_DAY;
        for (int i = 0; i < 6; i++) {
            send(request(charge("shrunk", Algorithm.SLIDING_WINDOW_LOG, 10), now + i * 1_000_000L, true));
        }
        Oracle.Answer answer = answer(send(request(shrunk(), now + 6_000_000, false)));
        // three of the six leave before three are left, one less than the limit
        assertEquals(new Oracle.Answer(0, 56_000_000, 56_000_000, 59_000_000), answer);
    }

    private static Charge shrunk() {
        return charge("shrunk", Algorithm.SLIDING_WINDOW_LOG, 4);
    }

    private static Charge charge(String id, Algorithm algorithm, long limit) {
        return new Charge(
                new Policy(id, algorithm, limit, Duration.ofMinutes(1), limit, false, FailureMode.CLOSED, 0),
                "",
                id,
                1);
    }

    private static Request request(Charge charge, long now, boolean charging) {
        return request(List.of(charge), now, charging);
    }

    private static Request request(List<Charge> charges, long now, boolean charging) {
        ScriptCall call = new ScriptCall();
        call.add(charges);
        return request(call, now, charging);
    }

    private static Request request(ScriptCall call, long now, boolean charging) {
        Request request = Request.cmd(Command.EVALSHA).arg(sha).arg(call.keys().size());
        call.keys().forEach(request::arg);
        call.arguments(charging).forEach(request::arg);
        return request.arg(now);
    }

    private static Oracle.Answer answer(Response reply) {
        return answer(reply, 0);
    }

    private static Oracle.Answer answer(Response reply, int charge) {
        return answer(reply.toBuffer(), charge);
    }

    private static Oracle.Answer answer(Buffer reply, int charge) {
        int at = charge * 32;
        return new Oracle.Answer(
                reply.getLongLE(at), reply.getLongLE(at + 8), reply.getLongLE(at + 16), reply.getLongLE(at + 24));
    }

    private static List<Long> remaining(Response reply) {
        return List.of(
                answer(reply, 0).remaining(),
                answer(reply, 1).remaining(),
                answer(reply, 2).remaining());
    }

    /// Of all keys and values.
    private static String digest() {
        return send(Request.cmd(Command.DEBUG).arg("DIGEST")).toString();
    }

    private static Response send(Request request) {
        return fixture.commands().send(request, PATIENCE).await().atMost(PATIENCE);
    }
}

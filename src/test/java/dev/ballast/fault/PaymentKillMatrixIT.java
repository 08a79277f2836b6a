package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Pod;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Kills the service and each of its servers while payments are on their way. Whatever dies, and whenever: sent =
/// completed + declined + dead-lettered, no order is debited twice, balances add up to the cent, the order of a key is
/// kept.
class PaymentKillMatrixIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final int SOAK = Integer.getInteger("ballast.soak", 1);
    private static final int RANDOM_KILLS = SOAK == 1 ? 5 : 20 * SOAK;
    private static final int KILLED = 137;
    private static final Duration DIES_WITHIN = Duration.ofSeconds(60);
    private static final Duration A_WHILE = Duration.ofSeconds(2);
    private static final Duration OUTAGE = Duration.ofSeconds(3);
    private static final Duration LOCKED = Duration.ofSeconds(SOAK == 1 ? 10 : 60);
    private static final Duration BEYOND_THE_SESSION = Duration.ofSeconds(10);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(90);

    /// After which PostgreSQL ends a transaction that nobody goes on with, and a little.
    private static final Duration LONGEST_IDLE = Duration.ofSeconds(5);

    private volatile Pod pod;

    @AfterEach
    void heal() {
        STACK.heal();
        pod.stop();
        pod.close();
    }

    /// @param time at the how manieth time the point is reached: some payments shall be through
    private record Death(String point, int time) {}

    private static final List<Death> DEATHS = List.of(
            new Death("payment-before-commit", 20),
            new Death("payment-after-commit", 20),
            new Death("payment-after-redis", 30),
            new Death("offsets-after-acknowledgment", 3),
            new Death("dead-letter-after-send", 4),
            new Death("outbox-after-publish", 15));

    /// All of them one after another under the same traffic; under `-Psoak` each with traffic and books of its own too.
    static Stream<List<Death>> deaths() {
        return SOAK == 1
                ? Stream.of(DEATHS)
                : Stream.concat(Stream.of(DEATHS), DEATHS.stream().map(List::of));
    }

    @ParameterizedTest
    @MethodSource("deaths")
    void podEndsAtFailPoints_nothingIsLostOrAppliedTwice(List<Death> deaths) throws Exception {
        try (PaymentTraffic traffic = traffic()) {
            for (Death death : deaths) {
                try (Pod doomed = STACK.pod("doomed")
                        .property("ballast.failpoint", death.point())
                        .property("ballast.failpoint-after", Integer.toString(death.time()))
                        .start()) {
                    pod = doomed;
                    if (death == deaths.getFirst()) {
                        traffic.start();
                    }
                    assertEquals(OptionalInt.of(KILLED), doomed.awaitEnd(DIES_WITHIN), death + " was not reached");
                }
            }
            pod = STACK.pod("survivor").start();
            traffic.awaitProgress();
            traffic.run(A_WHILE);
            traffic.settle("killed at " + deaths, ENDS_WITHIN);
        }
    }

    @Test
    void podKilledAtRandomTimes_nothingIsLostOrAppliedTwice() throws Exception {
        SplittableRandom random = new SplittableRandom(Long.getLong("ballast.seed", System.nanoTime()));
        pod = STACK.pod("killed-often").start();
        try (PaymentTraffic traffic = traffic().start()) {
            for (int kill = 0; kill < RANDOM_KILLS; kill++) {
                traffic.awaitProgress();
                traffic.run(Duration.ofMillis(random.nextInt(2_000)));
                pod.kill();
                pod.start();
            }
            traffic.awaitProgress();
            traffic.run(A_WHILE);
            traffic.settle(RANDOM_KILLS + " kills at random times", ENDS_WITHIN);
        }
    }

    /// The stopped pod wakes up with payments in hand that are long settled by another one.
    @Test
    void podStoppedBeyondItsSession_anotherTakesOverAndTheLateOneHarmsNothing() throws Exception {
        pod = STACK.pod("stays").start();
        try (Pod sleeper = STACK.pod("sleeps").start();
                PaymentTraffic traffic = traffic(pod, sleeper).start()) {
            traffic.run(A_WHILE);
            Shares.awaitAmong(pod, sleeper);
            pauseAmidTransactions(sleeper);
            traffic.run(BEYOND_THE_SESSION);
            assertEquals(0, openTransactions(LONGEST_IDLE), "locks of who is stopped are let go");
            Shares.awaitAmong(pod);
            sleeper.resume();
            traffic.run(A_WHILE);
            Shares.awaitAmong(pod, sleeper);
            traffic.settle("one of two pods stopped for " + BEYOND_THE_SESSION.toSeconds() + " s", ENDS_WITHIN);
            sleeper.stop();
        }
    }

    /// Stops it again until PostgreSQL waits for what it would do next.
    private static void pauseAmidTransactions(Pod pod) {
        await("stopped amid a transaction").atMost(Duration.ofMinutes(2)).until(() -> {
            pod.pause();
            TimeUnit.MILLISECONDS.sleep(300); // the other pod's are over by then
            if (openTransactions(Duration.ofMillis(250)) > 0) {
                return true;
            }
            pod.resume();
            return false;
        });
    }

    private static long openTransactions(Duration idleFor) throws SQLException {
        try (Connection sql = STACK.sql();
                PreparedStatement open = sql.prepareStatement("""
                        SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'
                        AND state_change < clock_timestamp() - make_interval(secs => ?)""")) {
            open.setDouble(1, idleFor.toMillis() / 1e3);
            ResultSet row = open.executeQuery();
            row.next();
            return row.getLong(1);
        }
    }

    /// As somebody who looks into an account by hand and forgets to end the transaction.
    @Test
    void accountLockedBySomebodyElse_itsPaymentsWaitAndNobodyElses() throws Exception {
        holdsUpOnePayer("an account", """
                SELECT 1 FROM accounts WHERE user_id = ? AND ? <> '' FOR UPDATE""");
    }

    @Test
    void orderLockedBySomebodyElse_itsUserWaitsAndNobodyElse() throws Exception {
        holdsUpOnePayer("an order", """
                INSERT INTO orders (user_id, order_id, amount, currency, fingerprint, status)
                VALUES (?, ?, 1, 'EUR', '', 'PENDING')""");
    }

    /// @param lock of a user and an order
    private void holdsUpOnePayer(String what, String lock) throws Exception {
        pod = STACK.pod("payer").start();
        try (PaymentTraffic traffic = traffic();
                Connection other = STACK.sql();
                PreparedStatement locking = other.prepareStatement(lock)) {
            Payer waits = traffic.payer();
            Payer.Order order = new Payer.Order(PaymentCalls.orderId(), 1);
            other.setAutoCommit(false);
            locking.setLong(1, waits.user);
            locking.setString(2, order.id());
            locking.execute();
            traffic.send(waits, order);
            double before = retries("postgresql");
            traffic.start().run(LOCKED);
            assertTrue(retries("contended") > 0, "nobody waited for " + what);
            traffic.awaitProgress();
            assertEquals(before, retries("postgresql"), "attempts that took PostgreSQL for away");
            other.rollback();
            traffic.run(A_WHILE);
            traffic.settle(what + " locked for " + LOCKED.toSeconds() + " s", ENDS_WITHIN);
        }
    }

    private double retries(String cause) {
        return Metrics.of(pod.url())
                .sum("ballast_messaging_retries_total", "cause=\"" + cause + "\"", "topic=\"payments\"");
    }

    @ParameterizedTest
    @CsvSource({"KAFKA", "REDIS", "POSTGRES"})
    void serverKilledAndStarted_nothingIsLostOrAppliedTwice(Server server) throws Exception {
        pod = STACK.pod("payer").start();
        try (PaymentTraffic traffic = traffic().start()) {
            traffic.run(A_WHILE);
            STACK.kill(server);
            traffic.run(OUTAGE);
            STACK.start(server);
            traffic.run(A_WHILE);
            if (server == Server.KAFKA) {
                double deferred =
                        Metrics.of(pod.url()).sum("ballast_payments_accepted_total", "published=\"deferred\"");
                assertTrue(deferred > 0, "no order waited behind an older one of its user");
            }
            traffic.settle(server + " killed, and started after " + OUTAGE.toSeconds() + " s", ENDS_WITHIN);
        }
    }

    /// Redis forgets outcomes and offsets, and right after so does the pod.
    @Test
    void redisFlushedAndPodKilled_nothingIsLostOrAppliedTwice() throws Exception {
        pod = STACK.pod("payer").start();
        try (PaymentTraffic traffic = traffic().start()) {
            traffic.run(A_WHILE);
            RedisConsole.once(STACK.redisUrl(), "FLUSHALL");
            pod.kill();
            pod.start();
            traffic.awaitProgress();
            traffic.run(A_WHILE);
            traffic.settle("Redis flushed, pod killed", ENDS_WITHIN);
        }
    }

    private PaymentTraffic traffic() throws Exception {
        return new PaymentTraffic(STACK, () -> pod.url());
    }

    private static PaymentTraffic traffic(Pod... pods) throws Exception {
        AtomicInteger turn = new AtomicInteger();
        return new PaymentTraffic(STACK, () -> pods[Math.floorMod(turn.getAndIncrement(), pods.length)].url());
    }
}

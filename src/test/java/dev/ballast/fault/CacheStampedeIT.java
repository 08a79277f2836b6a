package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Burst;
import dev.ballast.load.Burst.Answers;
import dev.ballast.load.Metrics;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Contract 3 of the cache on two pods: concurrent misses of a key cause one load. Counted where loads arrive, in
/// PostgreSQL, and compared with what the pods say. PostgreSQL answers late, so that all reads meet the load under way.
class CacheStampedeIT {
    private static final int PER_POD = 500;
    private static final int ROUNDS = 5;

    /// The way to PostgreSQL leads through this process, which has a thousand answers to take meanwhile: that nobody
    /// hears of PostgreSQL for a while is no outage here.
    private static final Duration NOT_SILENT = Duration.ofSeconds(10);

    private static final Duration STALENESS = Duration.ofSeconds(1);
    private static final Duration THREE_PERIODS = STALENESS.multipliedBy(3);
    private static final Stack STACK = Stack.shared();

    private static FaultProxy postgres;
    private static Pod a;
    private static Pod b;

    @BeforeAll
    static void startPods() throws SQLException {
        postgres = FaultProxy.to(STACK, Server.POSTGRES);
        a = pod("stampede-a");
        b = pod("stampede-b");
        execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    }

    @AfterAll
    static void endPods() {
        a.close();
        b.close();
        postgres.close();
    }

    @AfterEach
    void heal() {
        postgres.pass();
        STACK.heal();
    }

    @Test
    void coldKeyReadThousandTimesAtOnce_isLoadedOnce() throws Exception {
        try (Burst burst = burst()) {
            burst.fire("/users/" + CheckedUsers.create(STACK, 1).getFirst()); // warms the code up
            postgres.slow(Duration.ofMillis(50));
            for (long user : CheckedUsers.create(STACK, ROUNDS)) {
                Loads before = Loads.now();
                Answers answers = burst.fire("/users/" + user);
                Loads loads = Loads.now().since(before);
                print("one cold key", answers, loads);
                assertEquals(2 * PER_POD, answers.succeeded(), answers.toString());
                assertEquals(new Loads(1, 1), loads, answers.toString());
            }
        }
    }

    @Test
    void coldKeyReadThousandTimesAtOnceAgainAndAgainWithoutRedis_isLoadedAtMostOncePerPodAndD() throws Exception {
        try (Burst burst = burst()) {
            long other = CheckedUsers.create(STACK, 1).getFirst();
            burst.fire("/users/" + other);
            STACK.kill(Server.REDIS);
            // The way around Redis is cold too: a thousand first requests keep the event loops from what PostgreSQL
            // answers for longer than it is waited for.
            for (int i = 0; i < 3; i++) {
                burst.fire("/users/" + other);
            }
            postgres.slow(Duration.ofMillis(50));
            long user = CheckedUsers.create(STACK, 1).getFirst();
            Loads before = Loads.now();
            long begin = System.nanoTime();
            long passed = 0;
            for (int bursts = 1; passed < THREE_PERIODS.toNanos(); bursts++) {
                Answers answers = burst.fire("/users/" + user);
                passed = System.nanoTime() - begin;
                print(
                        "one cold key, Redis down, burst " + bursts,
                        answers,
                        Loads.now().since(before));
                assertEquals(2 * PER_POD, answers.succeeded(), answers.toString());
            }
            Loads loads = Loads.now().since(before);
            long periods = 1 + passed / STALENESS.toNanos();
            assertTrue(loads.atOrigin() <= 2 * periods, loads + " in " + periods + " periods of D on two pods");
        }
    }

    /// How many loads there were.
    ///
    /// @param atOrigin that PostgreSQL has carried out
    /// @param said by the pods' metrics
    private record Loads(long atOrigin, long said) {
        static Loads now() throws SQLException {
            long said = (long) Metrics.of(a.url(), b.url()).sum("ballast_cache_loads_seconds_count", "cache=\"users\"");
            try (Connection sql = STACK.sql();
                    Statement statement = sql.createStatement();
                    ResultSet row = statement.executeQuery("""
                            SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
                            WHERE query ~* '^\\s*SELECT .*\\mFROM users WHERE id'""")) {
                row.next();
                return new Loads(row.getLong(1), said);
            }
        }

        Loads since(Loads before) {
            return new Loads(atOrigin - before.atOrigin, said - before.said);
        }
    }

    private static Burst burst() throws InterruptedException {
        return new Burst(List.of(a.url(), b.url()), Tokens.service(), PER_POD);
    }

    private static Pod pod(String name) {
        return STACK.pod(name)
                .environment("POSTGRES_URL", postgres.url())
                .property("ballast.degradation.silence", NOT_SILENT.toString())
                .start();
    }

    private static void execute(String command) throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement()) {
            statement.execute(command);
        }
    }

    private static void print(String what, Answers answers, Loads loads) {
        System.out.printf(
                "stampede, %s: %d reads at once over two pods, %s, took %d ms, answered by %s%n",
                what, 2 * PER_POD, loads, answers.took().toMillis(), answers.tiers());
    }
}

package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.CoherenceCheck.Plan;
import dev.ballast.fault.Subject.Seen;
import dev.ballast.fault.Subject.Written;
import dev.ballast.redis.RedisProcess;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Contract 1 of the cache when Redis fails over. The pods know one address; behind it is the master, and after the
/// failover the replica, as behind a Kubernetes service or a virtual address that Sentinel moves. Replication is cut
/// well before, so that what is promoted holds values that were invalidated on the master. On a stack apart, for the
/// reason [Sweepers] gives.
class RedisFailoverFaultIT {
    private static final Stack STACK = Stack.apart("cache");

    /// A replica keeps what it copies from in a file.
    @TempDir
    static Path directory;

    private static RedisProcess master;
    private static RedisProcess replica;
    /// Where the pods find the master.
    private static FaultProxy address;
    /// Where the replica finds it.
    private static FaultProxy replication;
    private static Pod a;
    private static Pod b;

    private long outdated;

    @BeforeAll
    static void startPods() throws Exception {
        master = server("first");
        replica = server("second");
        address = FaultProxy.toRedis(master.port());
        replication = FaultProxy.toRedis(master.port());
        replicate();
        a = pod("failover-a").start();
        b = pod("failover-b")
                .property("ballast.cache.caches.users.l1-max-entries", "12")
                .start();
        Sweepers.assertNoneBut(STACK, List.of(a, b));
        CoherenceRun.warmUp(STACK, a, b);
    }

    @AfterAll
    static void endPods() {
        a.close();
        b.close();
        address.close();
        replication.close();
        master.close();
        replica.close();
    }

    @Test
    void replicaThatLagsPromoted_readsKeepTheBound() throws Exception {
        Plan plan = Plan.of(CheckedUsers.create(STACK, 24));
        Tally seen = new CoherenceRun(STACK, a, b, RedisFailoverFaultIT::heal)
                .rounds(3)
                .holds(
                        new FaultScript("Redis failed over to a replica that lags")
                                .step(replication::refuse, Duration.ofMillis(2_000))
                                .step(this::failOver, Duration.ofMillis(2_500))
                                .step(RedisFailoverFaultIT::bringBackAsReplica, Duration.ofMillis(1_000)),
                        plan);
        System.out.println("coherence, failover: " + outdated + " values that promoted replicas held were outdated");
        CoherenceRun.assertNoneRefused(seen);
        assertTrue(outdated > 0, "the replicas must hold old values, else this shows nothing");
    }

    /// Nobody restarts here, so the old master comes back with the `run_id` that it had when it wrote the old values.
    @Test
    void failedOverAndBack_readsShowWhatWasInvalidatedMeanwhile() throws Exception {
        List<Long> users = CheckedUsers.create(STACK, 12);
        try (EventLoop loop = new EventLoop()) {
            Subject pods = new HttpPods(loop, List.of(a.url(), b.url()));
            for (long user : users) {
                await().until(() -> isHeld(pods, user));
            }
            awaitReplica();
            switchOver();
            replicate(); // the old master copies what the new one has, the old values among it
            replication.refuse();
            for (long user : users) {
                await("acknowledged")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> written(pods, user) instanceof Written.Acknowledged);
            }
            switchOver();
            long old = values(users);
            await().pollDelay(Duration.ofMillis(1_100)).until(() -> true); // D
            Map<Long, Long> newest = CheckedUsers.versions(STACK, users);
            for (long user : users) {
                for (int pod : List.of(0, 1)) {
                    assertEquals(newest.get(user), version(pods, pod, user), "user " + user + " on pod " + pod);
                }
            }
            System.out.println("coherence, failed over and back: 24 reads, none of the " + old + " old values shown");
            assertTrue(old > 0, "the server must hold old values, else this shows nothing");
        } finally {
            heal();
        }
    }

    /// The one that was behind the address before is killed; the other becomes master with what it has.
    private void failOver() {
        outdated += differences();
        master.kill();
        switchOver();
    }

    private static void switchOver() {
        RedisConsole.once(url(replica), "REPLICAOF", "NO", "ONE");
        address.redirect(replica.port());
        RedisProcess promoted = replica;
        replica = master;
        master = promoted;
    }

    private static void bringBackAsReplica() {
        replica.start();
        replicate();
    }

    private static void heal() {
        if (!replica.isRunning()) {
            replica.start();
        }
        replicate();
    }

    /// Values that the replica still holds and the master has given up, or replaced, since.
    private static long differences() {
        try (RedisConsole ahead = new RedisConsole(url(master));
                RedisConsole behind = new RedisConsole(url(replica))) {
            return behind.keys("ballast:{users:*}:*").stream()
                    .filter(key -> !Objects.equals(behind.call("GET", key), ahead.call("GET", key)))
                    .count();
        }
    }

    private static void replicate() {
        replication.redirect(master.port());
        replication.pass();
        RedisConsole.once(url(replica), "REPLICAOF", "127.0.0.1", Integer.toString(replication.port()));
        awaitReplica();
    }

    private static void awaitReplica() {
        await("the replica has what the master has")
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(20))
                .until(() ->
                        RedisConsole.once(url(replica), "INFO", "replication").contains("master_link_status:up"));
    }

    /// Whether Redis has it, so that another read finds it there.
    private static boolean isHeld(Subject pods, long user) throws Exception {
        return version(pods, 0, user) == 1 && values(List.of(user)) == 1;
    }

    /// How many of these users the master holds.
    private static long values(List<Long> users) {
        try (RedisConsole console = new RedisConsole(url(master))) {
            return users.stream()
                    .filter(user -> !console.keys("ballast:{users:*}:" + user).isEmpty())
                    .count();
        }
    }

    private static Written written(Subject pods, long user) throws Exception {
        CompletableFuture<Written> answer = new CompletableFuture<>();
        pods.write(0, user, answer::complete);
        return answer.get(20, TimeUnit.SECONDS);
    }

    private static long version(Subject pods, int pod, long user) throws Exception {
        CompletableFuture<Seen> answer = new CompletableFuture<>();
        pods.read(pod, List.of(user), answer::complete);
        return answer.get(20, TimeUnit.SECONDS) instanceof Seen.Versions seen
                ? seen.byKey().get(user)
                : -1;
    }

    private static RedisProcess server(String name) throws IOException {
        Path own = Files.createDirectory(directory.resolve(name));
        return new RedisProcess("--dir", own.toString(), "--repl-diskless-sync-delay", "0").start();
    }

    private static Pod pod(String name) {
        return STACK.pod(name).environment("REDIS_URL", address.url());
    }

    private static String url(RedisProcess server) {
        return "redis://127.0.0.1:" + server.port();
    }
}

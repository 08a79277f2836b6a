package dev.ballast.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// No server survives its stack, whoever is killed.
class LocalStackCleanupIT {
    private static final Path STATE = Path.of("target/stack-cleanup").toAbsolutePath();
    private static final Duration SECONDS = Duration.ofSeconds(10);

    private final EnvFile env = new EnvFile(STATE);
    private Process parent;
    private Process stack;

    @BeforeEach
    void startParent() throws IOException {
        parent = new ProcessBuilder("sleep", "600").start();
        stack = launch();
    }

    @AfterEach
    void endAll() throws IOException {
        stack.destroyForcibly();
        parent.destroyForcibly();
        Ledger.endLeftovers(STATE);
    }

    @Test
    void parentKilled_everyProcessEnds() {
        List<ProcessHandle> all = processes();
        parent.destroyForcibly();
        assertAllEnd(all);
        assertEquals(0, stack.onExit().join().exitValue(), "the stack ends in order");
    }

    @Test
    void stackKilled_guardianEndsEveryServer() {
        List<ProcessHandle> all = processes();
        stack.destroyForcibly();
        assertAllEnd(all);
    }

    @Test
    void terminated_everyProcessEnds() {
        List<ProcessHandle> all = processes();
        stack.destroy(); // SIGTERM; Ctrl-C takes the same way
        assertAllEnd(all);
        assertEquals(List.of(), ledgers(), "nothing is left to be ended");
    }

    @Test
    void stackAndGuardianKilled_secondStartEndsTheirServers() throws IOException {
        List<ProcessHandle> all = processes();
        guardian().destroyForcibly();
        stack.destroyForcibly();
        Awaitility.await().atMost(SECONDS).until(() -> !Processes.lives(stack.toHandle()));
        assertTrue(all.stream().anyMatch(Processes::lives), "there are leftovers");

        Map<String, String> before = env.read();
        stack = launch();

        assertAllEnd(all);
        assertNotEquals(before.get("POSTGRES_PID"), env.read().get("POSTGRES_PID"));
    }

    private Process launch() {
        env.delete();
        Path log = Logs.of(STATE.resolveSibling("stack-cleanup-logs"), "stack");
        Process started = Stack.launch(STATE, parent.toHandle(), log);
        Awaitility.await()
                .failFast("the stack runs; its log is " + log, () -> !started.isAlive())
                .atMost(Duration.ofSeconds(90))
                .until(env::isThere);
        return started;
    }

    /// The stack's process, its guardian, its servers and theirs.
    private List<ProcessHandle> processes() {
        List<ProcessHandle> all = Processes.tree(stack.toHandle());
        List<Long> pids = all.stream().map(ProcessHandle::pid).toList();
        for (Server server : Server.values()) {
            assertTrue(pids.contains(Long.parseLong(env.read().get(server.name() + "_PID"))), server + " runs");
        }
        return all;
    }

    private static ProcessHandle guardian() throws IOException {
        Path ledger = ledgers().getFirst();
        try (Stream<String> lines = Files.lines(ledger)) {
            String line =
                    lines.filter(l -> l.endsWith(Guardian.NAME)).findFirst().orElseThrow();
            return ProcessHandle.of(Long.parseLong(line.split(" ")[0])).orElseThrow();
        }
    }

    private static List<Path> ledgers() {
        try (Stream<Path> files = Files.list(STATE)) {
            return files.filter(file -> file.toString().endsWith(".ledger")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertAllEnd(List<ProcessHandle> all) {
        Awaitility.await()
                .atMost(SECONDS)
                .untilAsserted(() -> assertEquals(
                        List.of(),
                        all.stream()
                                .filter(Processes::lives)
                                .map(ProcessHandle::info)
                                .toList()));
    }
}

package dev.ballast.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// Signals to processes and what became of them.
final class Processes {
    private Processes() {}

    /// Ends a process and all it has started at once. It is stopped before its children are listed, so that it
    /// cannot start another one unseen: PostgreSQL's backends would otherwise hold the data after their server.
    static void killTree(ProcessHandle root) {
        signal("STOP", List.of(root));
        List<ProcessHandle> tree = tree(root);
        tree.forEach(ProcessHandle::destroyForcibly);
        until(Duration.ofSeconds(10), () -> tree.stream().noneMatch(Processes::lives));
    }

    /// The process and its descendants.
    static List<ProcessHandle> tree(ProcessHandle root) {
        return Stream.concat(Stream.of(root), root.descendants()).toList();
    }

    /// Sends a signal by its name without `SIG`. Java can send TERM and KILL only.
    static void signal(String name, Collection<ProcessHandle> targets) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -s \"$@\" 2>/dev/null", "kill", name));
        targets.forEach(target -> command.add(Long.toString(target.pid())));
        try {
            new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new StackFailure("cannot send SIG" + name + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether the process still runs. One that has ended and that nobody has waited for does not: where the
    /// first process of a container reaps nothing, orphans stay in the table for ever.
    static boolean lives(ProcessHandle process) {
        return process.isAlive() && !ended(process.pid());
    }

    static boolean lives(long pid) {
        return ProcessHandle.of(pid).filter(Processes::lives).isPresent();
    }

    /// Asks until it is so or the time is over.
    static boolean until(Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return true;
    }

    private static boolean ended(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException e) {
            return false; // not Linux, or gone meanwhile, which the next look tells
        }
    }
}

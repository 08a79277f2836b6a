package dev.ballast.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The list of processes of one run of the stack, by pid and time of start, in a file that outlives the run.
///
/// Every process but the first writes its line itself before it turns into the server, so that none ever runs
/// unrecorded; a pid that another program has been given since is told by its time of start and left alone.
final class Ledger {
    /// `$1` is the ledger, `$2` the name; the rest is the command. A session of its own keeps the terminal's Ctrl-C
    /// from reaching the servers, which are to end after those who use them.
    private static final String PROLOGUE = """
            trap '' INT
            echo "$$ $(date +%s) $2" >>"$1"
            shift 2
            if command -v setsid >/dev/null; then exec setsid "$@"; fi
            exec "$@"
            """;

    private static final String SUFFIX = ".ledger";
    /// Between the start of a process and its line a loaded machine may take a while.
    private static final Duration RECORDED_WITHIN = Duration.ofSeconds(15);
    /// Systems count starts from a boot time that moves when the clock is corrected.
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

    private final Path file;

    Ledger(Path file) {
        this.file = file;
    }

    /// A new ledger in the state directory with this process as its first line.
    static Ledger open(Path state, Clock clock) {
        ProcessHandle self = ProcessHandle.current();
        Ledger ledger = new Ledger(state.resolve("run-" + self.pid() + SUFFIX));
        String line = "%d %d %s%n"
                .formatted(
                        self.pid(),
                        self.info().startInstant().orElse(clock.instant()).getEpochSecond(),
                        LocalStack.NAME);
        try {
            Files.writeString(
                    ledger.file,
                    line,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ledger;
    }

    /// Ends what earlier runs in this state directory have left behind, and what still runs there.
    ///
    /// @return how many processes that were
    static int endLeftovers(Path state) {
        try (Stream<Path> files = Files.list(state)) {
            int ended = 0;
            for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
                ended += new Ledger(file).endAll();
                Files.delete(file);
            }
            return ended;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The command that records itself before it runs `command`.
    List<String> recorded(String name, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("sh", "-c", PROLOGUE, "sh", file.toString(), name));
        whole.addAll(command);
        return whole;
    }

    /// Ends every process of this ledger but the caller's own, guardians first: theirs would be the same work.
    int endAll() {
        List<Entry> guardians = living().stream().filter(Entry::isGuardian).toList();
        guardians.forEach(Entry::end);
        return guardians.size() + endServers();
    }

    /// Ends every process of this ledger but the caller's own and the guardian.
    int endServers() {
        int ended = 0;
        for (List<Entry> living = servers(); !living.isEmpty(); living = servers()) {
            ended += living.size();
            living.forEach(Entry::end);
        }
        return ended;
    }

    /// Removes the file of a run that has ended in order.
    void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file() {
        return file;
    }

    private List<Entry> servers() {
        return living().stream().filter(entry -> !entry.isGuardian()).toList();
    }

    private List<Entry> living() {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(Ledger::living).flatMap(Optional::stream).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Optional<Entry> living(String line) {
        String[] fields = line.split(" ");
        if (fields.length != 3) {
            return Optional.empty();
        }
        Instant recorded = Instant.ofEpochSecond(Long.parseLong(fields[1]));
        return ProcessHandle.of(Long.parseLong(fields[0]))
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(Processes::lives)
                .filter(process -> process.info()
                        .startInstant()
                        .filter(start -> matches(start, recorded))
                        .isPresent())
                .map(process -> new Entry(process, fields[2]));
    }

    private static boolean matches(Instant start, Instant recorded) {
        return start.isAfter(recorded.minus(RECORDED_WITHIN))
                && start.isBefore(recorded.plus(CLOCK_TOLERANCE).plusSeconds(1));
    }

    private record Entry(ProcessHandle process, String name) {
        boolean isGuardian() {
            return name.equals(Guardian.NAME);
        }

        void end() {
            Processes.killTree(process);
        }
    }
}

package dev.ballast.stack;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Ends the servers when the stack's own process was killed and can do nothing any more.
///
/// It waits at a pipe whose other end only the stack's process holds: however that ends, the system closes it.
final class Guardian {
    static final String NAME = "guardian";

    private Guardian() {}

    /// Starts one as a child of this process.
    static Process start(Ledger ledger) throws IOException {
        List<String> java = Java.command(
                List.of("-Xmx16m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                Guardian.class,
                ledger.file().toString());
        return new ProcessBuilder(ledger.recorded(NAME, java))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] arguments) throws IOException {
        while (System.in.read() >= 0) {
            // nothing is ever sent
        }
        Ledger ledger = new Ledger(Path.of(arguments[0]));
        ledger.endServers();
        // A server forked in the stack's last moment writes its line only now.
        LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        ledger.endServers();
        ledger.close();
    }
}

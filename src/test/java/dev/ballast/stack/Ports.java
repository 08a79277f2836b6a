package dev.ballast.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Hands out ports of this machine.
///
/// Free ones come from below the range from which systems serve outgoing connections: a server there keeps its port
/// while it is down, and a client that reconnects to it cannot be given that very port and connect to itself.
public final class Ports {
    private static final int FIRST_FREE = 15_000;
    private static final int LAST_FREE = 31_000;

    private final RandomGenerator random;
    private final Set<Integer> taken = new HashSet<>();
    private final List<String> complaints = new ArrayList<>();

    Ports(RandomGenerator random) {
        this.random = random;
    }

    /// A free port, for a server that a test starts itself.
    public static int anyFree() {
        return new Ports(new Random()).free();
    }

    /// The wanted port, or a free one where none is wanted.
    ///
    /// @param option the option that changes the port, for the complaint where it is taken
    int claim(int wanted, String owner, String option) {
        if (wanted == 0) {
            return free();
        }
        if (!taken.add(wanted) || !isFree(wanted)) {
            complaints.add(
                    "port %d for %s is taken: stop what listens there, or choose another with -D%s=<port> (0: any)"
                            .formatted(wanted, owner, option));
        }
        return wanted;
    }

    int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = random.nextInt(FIRST_FREE, LAST_FREE);
            if (!taken.contains(port) && isFree(port)) {
                taken.add(port);
                return port;
            }
        }
        throw new StackFailure("no free port between " + FIRST_FREE + " and " + LAST_FREE);
    }

    /// @throws StackFailure naming every claimed port that is taken
    void check() {
        if (!complaints.isEmpty()) {
            throw new StackFailure(String.join("\n", complaints));
        }
    }

    /// Whether something accepts connections there now.
    public static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static boolean isFree(int port) {
        if (answers(port)) {
            return false;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // what an earlier run left in TIME_WAIT is no obstacle
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}

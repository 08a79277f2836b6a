package dev.ballast.live;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// What people know this pod by.
final class PodName {
    private PodName() {}

    /// In a container the host's name is the pod's; elsewhere a host may have several, told apart by their processes.
    static String guess() {
        long process = ProcessHandle.current().pid();
        return process == 1 ? host() : host() + "/" + process;
    }

    private static String host() {
        String given = System.getenv("HOSTNAME");
        if (given != null && !given.isBlank()) {
            return given;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "pod";
        }
    }
}

package dev.ballast.stack;

/// What the control endpoint tells about a server or pod.
///
/// @param pid of the running process, 0 where none runs
/// @param exitCode of the last process, where it has ended: 128 + signal for one that was killed
public record Status(String name, State state, long pid, int port, String url, Integer exitCode, String log) {
    /// `ENDED` is one that nobody told to end.
    public enum State {
        STARTING,
        RUNNING,
        PAUSED,
        STOPPED,
        ENDED
    }
}

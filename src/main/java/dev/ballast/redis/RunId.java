package dev.ballast.redis;

/// What tells one stretch of a server's life as master from every other, in 40 hexadecimal digits, as `INFO` shows it:
/// half of the `run_id`, which a server draws at each start, and half of the `master_replid`, which it draws when it
/// becomes master. Another one means data that may be older than what was seen before. The `run_id` alone would not
/// do: a master that was demoted and promoted again still has its own, and what it copied meanwhile may be behind.
final class RunId {
    private static final int DIGITS = 20;

    private RunId() {}

    /// The id in the text of `INFO`; empty where it has none.
    static String in(String info) {
        String run = field("run_id:", info);
        return run.isEmpty() ? "" : run + field("master_replid:", info);
    }

    /// Whether the server that tells so is a replica.
    static boolean isOfReplica(String info) {
        return field("role:", info).equals("slave");
    }

    private static String field(String name, String info) {
        return info.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .map(value -> value.substring(0, Math.min(DIGITS, value.length())))
                .findFirst()
                .orElse("");
    }
}

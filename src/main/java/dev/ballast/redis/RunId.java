package dev.ballast.redis;

/// The id a Redis server draws at each start, as `INFO server` tells it: another one means another server or another
/// run, whose data may be older than what was seen before.
final class RunId {
    private static final String FIELD = "run_id:";

    private RunId() {}

    /// The id in the text of `INFO server`; empty where it has none.
    static String in(String info) {
        return info.lines()
                .filter(line -> line.startsWith(FIELD))
                .map(line -> line.substring(FIELD.length()).strip())
                .findFirst()
                .orElse("");
    }
}

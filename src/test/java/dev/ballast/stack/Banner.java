package dev.ballast.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// What the run command prints when everything is ready: the same as `stack.env`, for people.
final class Banner {
    static final String FIRST_POD = "ballast";

    private static final String SERVERS = """

            The stack is ready after %.1f s.
              PostgreSQL       %s (user and password ballast)
              Redis            %s
              Kafka            %s
              recommendations  %s
              control          %s
              settings         %s
            """;

    private static final String SERVICE = """

            Ballast runs on %1$s

            Tokens, valid for 30 days:
              user 1:   %2$s
              service:  %3$s
              operator: %4$s

            Try:
              curl -i %1$s/users/1 -H 'Authorization: Bearer %2$s'
              curl -i %1$s/payments -H 'Content-Type: application/json' -d '{"orderId":"first","amount":1250,"currency":"EUR"}' -H 'Authorization: Bearer %2$s'
              curl -i %1$s/payments/first -H 'Authorization: Bearer %2$s'

            Ctrl-C ends everything.
            """;

    private final Map<String, String> env;
    private final Path file;
    private final Duration took;

    Banner(Map<String, String> env, Path file, Duration took) {
        this.env = env;
        this.file = file;
        this.took = took;
    }

    String text() {
        String servers = SERVERS.formatted(
                took.toMillis() / 1e3,
                env.get("POSTGRES_URL"),
                env.get("REDIS_URL"),
                env.get("KAFKA_BOOTSTRAP"),
                env.get("RECOMMENDATIONS_URL"),
                env.get("STACK_CONTROL_URL"),
                file);
        return env.containsKey("BALLAST_PID") ? servers + service() : servers;
    }

    private String service() {
        return SERVICE.formatted(
                env.get("BALLAST_URL"),
                env.get("BALLAST_TOKEN_USER"),
                env.get("BALLAST_TOKEN_SERVICE"),
                env.get("BALLAST_TOKEN_OPERATOR"));
    }
}

package dev.ballast.stack;

import java.util.Locale;

/// The servers of the stack. Pods of the service are named by whoever starts them.
public enum Server {
    POSTGRES("PostgreSQL"),
    REDIS("Redis"),
    KAFKA("Kafka"),
    RECOMMENDATIONS("recommendation API");

    private final String title;

    Server(String title) {
        this.title = title;
    }

    /// The name in the control endpoint's paths, in log files and in options.
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    String title() {
        return title;
    }
}

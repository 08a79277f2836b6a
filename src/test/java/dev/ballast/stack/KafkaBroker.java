package dev.ballast.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import kafka.Kafka;
import kafka.tools.StorageTool;

/// Kafka's own main, which wants its storage formatted first. In a JVM of its own, so that it can be killed.
final class KafkaBroker {
    /// The cluster's id: sixteen bytes, `ballast-local-01`.
    private static final String CLUSTER = "YmFsbGFzdC1sb2NhbC0wMQ";

    /// Prints every setting five times over at the level of information.
    private static final Logger SETTINGS = Logger.getLogger("org.apache.kafka.common.config.AbstractConfig");

    private KafkaBroker() {}

    public static void main(String[] arguments) {
        Logs.print(Level.INFO);
        SETTINGS.setLevel(Level.WARNING);
        String properties = arguments[0];
        if (!Files.exists(Path.of(arguments[1], "meta.properties"))) {
            String[] format = {"format", "-t", CLUSTER, "-c", properties};
            if (StorageTool.execute(format, System.out) != 0) {
                throw new StackFailure("Kafka's storage cannot be formatted");
            }
        }
        Kafka.main(new String[] {properties});
    }
}

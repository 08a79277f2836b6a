package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The image for the JVM, really built from its Dockerfile and started, on a base made of this machine. It takes
/// minutes, so that it is left to `-Psoak`.
class ImageIT {
    @Test
    @EnabledIfSystemProperty(named = "ballast.soak", matches = ".+")
    void image_startsAsNobodyInParticularWithItsAotCache() throws Exception {
        Tool.BUILDAH.run("--version"); // or the test is skipped
        assumeTrue("root".equals(System.getProperty("user.name")), "changing the root directory needs root");
        ProcessBuilder builder = new ProcessBuilder("timeout", "900", "docker/build-offline.sh", "target")
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process build = builder.start();
        String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, build.waitFor(), output);
        assertTrue(output.contains("ok: user 10001:10001, AOT cache of "), output);
    }
}

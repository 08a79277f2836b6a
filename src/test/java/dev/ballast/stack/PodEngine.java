package dev.ballast.stack;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A pod of the service, as packaged, in the local profile.
final class PodEngine implements Engine {
    private final PodPlan plan;
    private final Path target;
    private final Map<String, String> environment;

    /// @param target where the build put the package
    /// @param servers the stack's addresses, by the names of the environment
    PodEngine(PodPlan plan, Path target, Map<String, String> servers) {
        this.plan = plan;
        this.target = target;
        this.environment = new TreeMap<>(servers);
        // the operations page's one click per role
        this.environment.put("BALLAST_TOKEN_USER", Tokens.user(1));
        this.environment.put("BALLAST_TOKEN_SERVICE", Tokens.service());
        this.environment.put("BALLAST_TOKEN_OPERATOR", Tokens.operator());
        this.environment.putAll(plan.environment());
    }

    @Override
    public String name() {
        return plan.name();
    }

    @Override
    public int port() {
        return plan.port();
    }

    @Override
    public String url() {
        return "http://localhost:" + plan.port();
    }

    @Override
    public void prepare() {
        program(); // says what is missing
    }

    @Override
    public List<String> command() {
        Map<String, String> properties = new TreeMap<>();
        properties.put("quarkus.profile", "local");
        properties.put("quarkus.http.host", "127.0.0.1");
        properties.put("quarkus.http.port", Integer.toString(plan.port()));
        properties.putAll(plan.properties());
        Path program = program();
        boolean jar = program.toString().endsWith(".jar");
        List<String> command = new ArrayList<>(List.of(jar ? Java.executable() : program.toString()));
        if (jar) {
            command.addAll(
                    List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
            if (plan.jvm().isEmpty() && Files.exists(AotCache.of(target))) {
                command.add("-XX:AOTCache=" + AotCache.of(target));
            }
            command.addAll(plan.jvm());
        }
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        if (jar) {
            command.addAll(List.of("-jar", program.toString()));
        }
        return command;
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public boolean ready() {
        try {
            HttpURLConnection call = (HttpURLConnection)
                    URI.create(url() + "/q/health/ready").toURL().openConnection();
            call.setConnectTimeout(500);
            call.setReadTimeout(2_000);
            try {
                return call.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                call.disconnect();
            }
        } catch (IOException notYet) {
            return false;
        }
    }

    private Path program() {
        Path jar = target.resolve("quarkus-app/quarkus-run.jar");
        if (!plan.isNative()) {
            if (Files.exists(jar)) {
                return jar;
            }
            throw new StackFailure("no " + jar + ": build the service with ./mvnw package -DskipTests");
        }
        try (var files = Files.list(target)) {
            return files.filter(f -> f.toString().endsWith("-runner"))
                    .findFirst()
                    .orElseThrow(() -> new StackFailure(
                            "no native binary in " + target + ": build it with ./mvnw package -Dnative"));
        } catch (IOException e) {
            throw new StackFailure("cannot look into " + target, e);
        }
    }
}

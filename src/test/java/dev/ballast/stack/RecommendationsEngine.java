package dev.ballast.stack;

import java.util.List;

/// The stub of the recommendation API, in a JVM of its own so that it can be killed and frozen like the others.
final class RecommendationsEngine implements Engine {
    private final int port;
    private final int faultsPort;

    RecommendationsEngine(int port, int faultsPort) {
        this.port = port;
        this.faultsPort = faultsPort;
    }

    @Override
    public String name() {
        return Server.RECOMMENDATIONS.id();
    }

    @Override
    public String title() {
        return Server.RECOMMENDATIONS.title();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String url() {
        return "http://localhost:" + port;
    }

    /// Where its faults are set.
    String faultsUrl() {
        return "http://localhost:" + faultsPort + "/faults";
    }

    @Override
    public void prepare() {
        // keeps nothing
    }

    @Override
    public List<String> command() {
        List<String> flags = List.of(
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-Dsun.net.httpserver.nodelay=true",
                "-Dsun.net.httpserver.maxIdleConnections=1024");
        return Java.command(flags, RecommendationApi.class, Integer.toString(port), Integer.toString(faultsPort));
    }

    @Override
    public boolean ready() {
        return Ports.answers(port);
    }
}

package dev.ballast.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// PostgreSQL, as durable as in production: a commit it has acknowledged survives `kill -9`.
final class PostgresEngine implements Engine {
    static final String NAME = "ballast";
    /// As root PostgreSQL refuses to run; in a user namespace of its own it is nobody in particular.
    private static final List<String> NOT_AS_ROOT = List.of("unshare", "-U");

    private final int port;
    private final Path data;
    private final Path log;
    private final Binaries binaries;

    PostgresEngine(int port, Path state, Binaries binaries) {
        this.port = port;
        this.data = state.resolve("data/postgres");
        this.log = Logs.of(state, "postgres-initdb");
        this.binaries = binaries;
    }

    @Override
    public String name() {
        return Server.POSTGRES.id();
    }

    @Override
    public String title() {
        return Server.POSTGRES.title();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String url() {
        return "postgresql://localhost:" + port + "/" + NAME;
    }

    @Override
    public void prepare() throws IOException, InterruptedException {
        if (Files.exists(data.resolve("PG_VERSION"))) {
            return;
        }
        Files.createDirectories(data.getParent());
        Path password = Files.writeString(data.resolveSibling("postgres-password"), NAME);
        List<String> initdb = program("initdb");
        initdb.addAll(List.of("-D", data.toString(), "-U", NAME, "--pwfile=" + password, "-A", "scram-sha-256"));
        initdb.addAll(List.of("-E", "UTF8", "--locale=C", "--no-sync"));
        Process process = new ProcessBuilder(initdb)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new StackFailure("PostgreSQL's initdb failed" + hint() + Logs.tail(log));
        }
        Files.delete(password);
    }

    @Override
    public List<String> command() {
        List<String> command = program("postgres");
        command.addAll(List.of("-D", data.toString(), "-p", Integer.toString(port)));
        for (String setting : List.of(
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "max_connections=200",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "shared_preload_libraries=pg_stat_statements", // lets tests count queries where they arrive
                "log_line_prefix=%m [%p] ")) {
            command.addAll(List.of("-c", setting));
        }
        return command;
    }

    @Override
    public boolean ready() {
        if (!Ports.answers(port)) {
            return false;
        }
        try (Connection connection = connect("postgres")) {
            return connection.isValid(2);
        } catch (SQLException startingUp) {
            return false;
        }
    }

    /// A connection as the service's user, who owns the whole server.
    Connection connect(String database) throws SQLException {
        String url = "jdbc:postgresql://localhost:" + port + "/" + database + "?connectTimeout=2&loginTimeout=5";
        return DriverManager.getConnection(url, NAME, NAME);
    }

    private List<String> program(String name) {
        List<String> command = new ArrayList<>(isRoot() ? NOT_AS_ROOT : List.of());
        try {
            command.add(binaries.postgres().resolve("bin").resolve(name).toString());
        } catch (IOException e) {
            throw new StackFailure("cannot unpack PostgreSQL: " + e, e);
        }
        return command;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static String hint() {
        return isRoot() ? " (as root it needs `unshare -U` to work; try another user)\n" : "\n";
    }
}

package dev.ballast.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/// The policies changed live, in PostgreSQL. Non-blocking.
@ApplicationScoped
class PolicyStore {
    private static final Logger LOG = Logger.getLogger(PolicyStore.class);
    private static final String ALL = Sql.read("policies", "all");
    private static final String LOCK = Sql.read("policies", "lock");
    private static final String ONE = Sql.read("policies", "one");
    private static final String PUT = Sql.read("policies", "put");

    /// A newer version of the service may have written more than this one knows.
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Database database;

    @Inject
    PolicyStore(Database database) {
        this.database = database;
    }

    /// All that can be read; the others are logged.
    Uni<List<StoredPolicy>> all() {
        return database.query(ALL, Tuple.tuple()).map(rows -> {
            List<StoredPolicy> policies = new ArrayList<>();
            rows.forEach(row -> read(row).ifPresent(policies::add));
            return policies;
        });
    }

    /// The policy as it is, held fast until the transaction ends; empty where it was never changed.
    Uni<Optional<StoredPolicy>> lock(SqlConnection transaction, String name) {
        return transaction
                .preparedQuery(LOCK)
                .execute(Tuple.of(name))
                .chain(() -> transaction.preparedQuery(ONE).execute(Tuple.of(name)))
                .map(rows -> rows.stream().findFirst().flatMap(PolicyStore::read));
    }

    /// Completes with the version it now has.
    Uni<Long> put(SqlConnection transaction, String name, Definition definition) {
        return transaction
                .preparedQuery(PUT)
                .execute(Tuple.of(name, json(definition)))
                .map(rows -> rows.iterator().next().getLong("version"));
    }

    private static Optional<StoredPolicy> read(Row row) {
        String name = row.getString("name");
        try {
            return Optional.of(new StoredPolicy(
                    name, row.getLong("version"), JSON.readValue(row.getString("definition"), Definition.class)));
        } catch (JsonProcessingException unreadable) {
            LOG.errorf(unreadable, "The stored policy %s cannot be read; it stays as it was", name);
            return Optional.empty();
        }
    }

    private static String json(Definition definition) {
        try {
            return JSON.writeValueAsString(definition);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

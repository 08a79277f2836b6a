package dev.ballast.users;

import dev.ballast.database.Database;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The users' rows. Every change is one statement, so that it is whole or not at all without a
/// transaction's round trips.
@ApplicationScoped
class UserRepository {
    private static final String COLUMNS = "id, name, email, plan, version, updated_at";

    /// By which the writer finds what a trigger noted about its change.
    private static final String TRANSACTION = "pg_current_xact_id()::text::bigint AS transaction";

    private static final String READ = "SELECT " + COLUMNS + " FROM users WHERE id = ANY ($1)";

    /// The account is opened with the user: no one can see the one without the other.
    private static final String CREATE = """
            WITH created AS (
                INSERT INTO users (name, email, plan) VALUES ($1, $2, $3) RETURNING %s
            ), opened AS (
                INSERT INTO accounts (user_id, currency) SELECT id, $4 FROM created
            )
            SELECT *, %s FROM created""".formatted(COLUMNS, TRANSACTION);

    private static final String CHANGE = """
            UPDATE users SET name = $2, email = $3, plan = $4, version = version + 1, updated_at = now()
            WHERE id = $1 AND ($5::bigint[] IS NULL OR version = ANY ($5)) RETURNING %s, %s""".formatted(COLUMNS, TRANSACTION);

    private static final String CHANGE_PLAN = """
            UPDATE users SET plan = $2, version = version + 1, updated_at = now()
            WHERE id = $1 AND plan <> $2 RETURNING %s, %s""".formatted(COLUMNS, TRANSACTION);

    /// The account stays, closed: a payment still on its way is declined by it and not lost.
    private static final String DELETE = """
            WITH deleted AS (
                DELETE FROM users WHERE id = $1 AND ($2::bigint[] IS NULL OR version = ANY ($2)) RETURNING id
            ), closed AS (
                UPDATE accounts SET status = 'CLOSED' FROM deleted WHERE user_id = deleted.id
            )
            SELECT %s FROM deleted""".formatted(TRANSACTION);

    private static final String UNIQUE_VIOLATION = "23505";

    private final Database database;

    @Inject
    UserRepository(Database database) {
        this.database = database;
    }

    /// A change that is committed.
    ///
    /// @param transaction the one that made it
    record Written(User user, long transaction) {}

    /// The users that exist among `ids`, by id.
    Uni<Map<Long, User>> read(Collection<Long> ids) {
        return database.query(READ, Tuple.of(ids.toArray(Long[]::new))).map(rows -> {
            Map<Long, User> users = HashMap.newHashMap(rows.size());
            for (Row row : rows) {
                User user = user(row);
                users.put(user.id(), user);
            }
            return users;
        });
    }

    Uni<Written> create(NewUser user) {
        return database.query(
                        CREATE, Tuple.of(user.name(), user.email(), user.plan().wireName(), user.currency()))
                .onFailure(UserRepository::isEmailTaken)
                .transform(taken -> new UserException.EmailTaken())
                .map(rows -> written(rows.iterator().next()));
    }

    /// Changes the user where it exists at one of `versions`; empty otherwise.
    Uni<Optional<Written>> change(long id, UserChange change, Precondition versions) {
        return database.query(
                        CHANGE,
                        Tuple.of(
                                id, change.name(), change.email(), change.plan().wireName(), versions.parameter()))
                .onFailure(UserRepository::isEmailTaken)
                .transform(taken -> new UserException.EmailTaken())
                .map(UserRepository::first);
    }

    /// Changes the user's plan; empty where there is no such user or the plan is that one already.
    Uni<Optional<Written>> changePlan(long id, Plan plan) {
        return database.query(CHANGE_PLAN, Tuple.of(id, plan.wireName())).map(UserRepository::first);
    }

    /// Deletes the user where it exists at one of `versions`; the transaction that did, empty where none.
    Uni<Optional<Long>> delete(long id, Precondition versions) {
        return database.query(DELETE, Tuple.of(id, versions.parameter()))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getLong("transaction")));
    }

    private static Optional<Written> first(RowSet<Row> rows) {
        return rows.size() == 0
                ? Optional.empty()
                : Optional.of(written(rows.iterator().next()));
    }

    private static Written written(Row row) {
        return new Written(user(row), row.getLong("transaction"));
    }

    private static User user(Row row) {
        return new User(
                row.getLong("id"),
                row.getString("name"),
                row.getString("email"),
                Plan.valueOf(row.getString("plan").toUpperCase(Locale.ROOT)),
                row.getLong("version"),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    private static boolean isEmailTaken(Throwable failure) {
        return failure instanceof PgException refused && UNIQUE_VIOLATION.equals(refused.getSqlState());
    }
}

package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ballast.database.Sql;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementSummaryTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT id, name FROM users WHERE id = ANY ($1)|SELECT users",
                "UPDATE users SET name = $1 WHERE id = $2|UPDATE users",
                "delete from cache_invalidations where id = $1|DELETE cache_invalidations",
                "SELECT * FROM accounts ORDER BY user_id FOR UPDATE|SELECT accounts",
                "SELECT * FROM accounts FOR NO KEY UPDATE SKIP LOCKED|SELECT accounts",
                "SELECT * FROM unnest($1::text[]) AS w JOIN orders o USING (order_id)|SELECT",
                "INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO UPDATE SET b = 1|INSERT a",
                "WITH gone AS (DELETE FROM a RETURNING b) INSERT INTO c SELECT b FROM gone|DELETE a INSERT c",
                "WITH some AS (SELECT 1 FROM a) SELECT * FROM some|SELECT a",
                "SELECT pg_try_advisory_xact_lock($1)|SELECT",
                "|SQL"
            })
    void of_statement_saysWhatItDoes(String statement, String summary) {
        assertEquals(summary, StatementSummary.of(statement == null ? "" : statement));
    }

    @Test
    void of_statementsOfTheService() {
        Map.of(
                        "accept-order", "INSERT orders",
                        "mark-dead-lettered", "INSERT orders",
                        "settle-orders", "INSERT orders UPDATE accounts",
                        "lock-accounts", "SELECT accounts",
                        "outbox-batch", "SELECT orders",
                        "mark-published", "UPDATE orders")
                .forEach((name, summary) -> {
                    String statement = Sql.read("payments", name);
                    assertEquals(summary, StatementSummary.of(statement), name);
                    assertFalse(statement.contains("--"), name + " has a comment");
                });
    }
}

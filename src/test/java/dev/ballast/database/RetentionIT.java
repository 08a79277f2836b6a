package dev.ballast.database;

import static dev.ballast.payments.PaymentCalls.soon;
import static org.hamcrest.Matchers.equalTo;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each room forgets what is old enough, and nothing else, by the defaults of the packaged service.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class RetentionIT {
    private static final String ROWS = """
            SELECT 'audit ' || target FROM audit WHERE who = 'retention'
            UNION ALL SELECT 'letter ' || id FROM dead_letters WHERE topic = 'retention'
            UNION ALL SELECT 'run ' || error FROM dead_letter_replays WHERE topic = 'retention'
            UNION ALL SELECT 'mark ' || "offset" FROM executions WHERE consumer = 'retention'
            UNION ALL SELECT 'order ' || order_id FROM orders WHERE order_id LIKE 'retention-%'
            ORDER BY 1""";

    Stack stack;

    @Test
    void rows_old_areForgottenOnceTheyAreOver() throws SQLException {
        insert(
                "INSERT INTO audit (at, who, action, target, detail, outcome) SELECT now() - days * interval '1 day',"
                        + " 'retention', 'x', days, '', '' FROM unnest(ARRAY[364, 366]) AS days",
                letter("closed-29", "REPLAYED", 29),
                letter("closed-31", "REPLAYED", 31),
                letter("discarded-31", "DISCARDED", 31),
                letter("open-400", "OPEN", 400),
                "INSERT INTO dead_letter_replays (who, topic, error, rate, total, state, ended_at) SELECT 'x', 'retention',"
                        + " days, 1, 1, 'DONE', now() - days * interval '1 day' FROM unnest(ARRAY[29, 31]) AS days",
                "INSERT INTO executions (consumer, topic, partition, \"offset\", owner, marked_at) SELECT 'retention', 'x',"
                        + " 0, hours, 'x', now() - hours * interval '1 hour' FROM unnest(ARRAY[23, 25]) AS hours",
                order("completed-89", "COMPLETED", 89),
                order("completed-91", "COMPLETED", 91),
                order("declined-91", "DECLINED", 91),
                order("dead-91", "DEAD_LETTERED", 91));
        Pod pod = stack.pod("retention");
        for (String room : List.of("audit", "deadletters", "executions", "payments")) {
            pod.property("ballast." + room + ".retain-every", "PT1S");
        }
        try (pod) {
            pod.start();

            soon().until(
                            this::rows,
                            equalTo(List.of(
                                    "audit 364",
                                    "letter closed-29",
                                    "letter open-400",
                                    "mark 23",
                                    "order retention-completed-89",
                                    "order retention-dead-91",
                                    "run 29")));
        } finally {
            insert(
                    "DELETE FROM dead_letters WHERE topic = 'retention'",
                    "DELETE FROM orders WHERE order_id LIKE 'retention-%'");
        }
    }

    private static String letter(String id, String status, int days) {
        return ("INSERT INTO dead_letters (id, topic, place, headers, reason, detail, cause, exception, attempts, dead_at,"
                        + " born_at, replays, status, status_at) SELECT '%s', 'retention', '', '', 'x', '', '', '', 1, at,"
                        + " at, 0, '%s', at FROM (SELECT now() - interval '%d days' AS at) AS t")
                .formatted(id, status, days);
    }

    private static String order(String id, String status, int days) {
        return ("INSERT INTO orders (order_id, user_id, amount, currency, fingerprint, status, settled_at, published_at)"
                        + " SELECT 'retention-%s', 1, 1, 'EUR', '', '%s', at, at"
                        + " FROM (SELECT now() - interval '%d days' AS at) AS t")
                .formatted(id, status, days);
    }

    private void insert(String... statements) throws SQLException {
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private List<String> rows() throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement();
                ResultSet found = statement.executeQuery(ROWS)) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }
}

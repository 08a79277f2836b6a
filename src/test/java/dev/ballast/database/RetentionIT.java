package dev.ballast.database;

import static dev.ballast.payments.PaymentCalls.soon;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackFailure;
import dev.ballast.stack.StackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Each room forgets what is old enough, and nothing else, by the defaults of the packaged service.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class RetentionIT {
    private static final String ROWS = """
            SELECT 'audit ' || target FROM audit WHERE who = 'retention'
            UNION ALL SELECT 'letter ' || id || CASE WHEN value IS NULL THEN ' erased ' ELSE ' ' END || status
                FROM dead_letters WHERE topic = 'retention'
            UNION ALL SELECT target || ' ' || outcome FROM audit WHERE target LIKE 'open-%' AND who = 'ballast'
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
                letter("closed-44", "REPLAYED", 44),
                letter("closed-46", "REPLAYED", 46),
                letter("discarded-46", "DISCARDED", 46),
                letter("open-59", "OPEN", 59),
                letter("open-61", "OPEN", 61),
                "INSERT INTO dead_letter_replays (who, topic, error, rate, total, state, ended_at) SELECT 'x', 'retention',"
                        + " days, 1, 1, 'DONE', now() - days * interval '1 day' FROM unnest(ARRAY[44, 46]) AS days",
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
                                    "letter closed-44 REPLAYED",
                                    "letter open-59 OPEN",
                                    "letter open-61 erased DISCARDED",
                                    "mark 23",
                                    "open-61 expired",
                                    "order retention-completed-89",
                                    "order retention-dead-91",
                                    "run 44")));
        } finally {
            insert(
                    "DELETE FROM dead_letters WHERE topic = 'retention'",
                    "DELETE FROM orders WHERE order_id LIKE 'retention-%'");
        }
    }

    /// More rows than one statement takes, and two pods that both want them.
    @Test
    void rows_manyAndTwoPods_areForgottenOnceEachByOneAtATime() throws SQLException {
        try (Connection other = stack.sql();
                Statement lock = other.createStatement();
                Pod one = pod("retention-1").start();
                Pod two = pod("retention-2").start()) {
            double before = forgotten(one) + forgotten(two);
            insert(
                    "INSERT INTO orders (order_id, user_id, amount, currency, fingerprint, status, settled_at, published_at)"
                            + " SELECT 'retention-' || n, 1, 1, 'EUR', '', 'COMPLETED', at, at"
                            + " FROM generate_series(1, 3500) AS n, (SELECT now() - interval '91 days' AS at) AS t");
            soon().until(this::orders, equalTo(List.of()));
            soon().until(() -> forgotten(one) + forgotten(two) - before, equalTo(3500.0));
            other.setAutoCommit(false);
            lock.execute("SELECT pg_advisory_xact_lock(738384, hashtext('orders'))");
            insert(order("late-91", "COMPLETED", 91));
            await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
            assertEquals(List.of("order retention-late-91"), orders());
            other.rollback();
            soon().until(this::orders, equalTo(List.of()));
        } finally {
            insert("DELETE FROM orders WHERE order_id LIKE 'retention-%'");
        }
    }

    @Test
    void start_ordersKeptTooShortly_isRefusedWithSettingAndReason() {
        try (Pod pod = stack.pod("forgetful").property("ballast.payments.keep-orders-for", "P60D")) {
            StackFailure refused = assertThrows(StackFailure.class, pod::start);
            assertTrue(
                    String.valueOf(refused.getMessage())
                            .contains("ballast.payments.keep-orders-for is PT1440H and must be above"),
                    refused::getMessage);
        }
    }

    /// Patient, as rows whose deletion is answered too late are forgotten but not counted.
    private Pod pod(String name) {
        return stack.pod(name)
                .property("ballast.database.timeout", "PT15S")
                .property("ballast.payments.retain-every", "PT1S");
    }

    private static double forgotten(Pod pod) {
        return Pattern.compile("(?m)^ballast_retention_rows_total\\{kind=\"orders\"\\} (.*)$")
                .matcher(given().get(pod.url() + "/q/metrics").asString())
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .sum();
    }

    private List<String> orders() throws SQLException {
        return rows().stream().filter(row -> row.startsWith("order ")).toList();
    }

    private static String letter(String id, String status, int days) {
        return ("INSERT INTO dead_letters (id, topic, place, value, headers, reason, detail, cause, exception, attempts, dead_at,"
                        + " born_at, replays, status, status_at) SELECT '%s', 'retention', '', 'v', '', 'x', '', '', '', 1, at,"
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

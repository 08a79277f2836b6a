package dev.ballast.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalInt;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A record that kills the process that handles it is found out and buried; who was in flight beside it is not.
class KillingRecordIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final int KILLED = 137;
    private static final int DEATHS_ALONE = 2;

    /// Longer than a process lives that the record may kill at once.
    private static final Duration TRIAL_AFTER = Duration.ofSeconds(20);

    private static final Duration A_WHILE = Duration.ofSeconds(1);
    private static final Duration DIES_WITHIN = Duration.ofSeconds(60);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(90);

    private Pod pod;

    @AfterEach
    void endPod() {
        pod.stop();
        pod.close();
    }

    @Test
    void recordKillsTheProcess_deadLetteredAfterTheConfiguredDeathsAndNoBystanderIs() throws Exception {
        String killer = PaymentCalls.orderId();
        pod = STACK.pod("victim")
                .property("ballast.failpoint", "payment-before-handling")
                .property("ballast.failpoint-for", killer)
                .property("ballast.messaging.consumers.payments.max-deaths", Integer.toString(DEATHS_ALONE))
                .property("ballast.messaging.consumers.payments.trial-after", TRIAL_AFTER.toString())
                .start();
        try (PaymentTraffic traffic = new PaymentTraffic(STACK, () -> pod.url()).start()) {
            traffic.run(A_WHILE);
            bury(traffic, killer);

            // in a crowd at first, which convicts nobody
            Duration lived = Duration.ZERO;
            long started = System.nanoTime();
            for (int death = 0; death <= DEATHS_ALONE; death++) {
                assertEquals(OptionalInt.of(KILLED), pod.awaitEnd(DIES_WITHIN), "death " + death);
                lived = Duration.ofNanos(System.nanoTime() - started);
                System.out.printf("A record that kills: process %d lived %,d ms%n", death, lived.toMillis());
                started = System.nanoTime();
                startThoughItMayDie();
            }
            assertTrue(lived.compareTo(TRIAL_AFTER) > 0, "it ran alone again after " + lived);
            traffic.run(A_WHILE);
            traffic.settle("a record killed " + (1 + DEATHS_ALONE) + " processes", ENDS_WITHIN);
        }
    }

    /// To be told of its record's end the order has to be found in it once more.
    @Test
    void recordKillsWhoNotesItsDeath_thatIsTriedAsOftenAsHandlingIt() throws Exception {
        String killer = PaymentCalls.orderId();
        pod = victim("victim")
                .property("ballast.failpoint", "payment-before-noting")
                .property("ballast.failpoint-for", killer);
        schemaAndTopics();
        try (PaymentTraffic traffic = new PaymentTraffic(STACK, () -> pod.url())) {
            leftBehind(bury(traffic, killer), DEATHS_ALONE);
            for (int death = 0; death < DEATHS_ALONE; death++) {
                startThoughItMayDie();
                assertEquals(OptionalInt.of(KILLED), pod.awaitEnd(DIES_WITHIN), "death " + death);
            }
            pod.start();
            traffic.start().run(A_WHILE);
            traffic.settle("a record killed who noted its death", ENDS_WITHIN);
        }
    }

    /// Its trial lasts longer than a pod that stops waits for it.
    @Test
    void podStoppedAmidATrial_isNoDeath() throws Exception {
        pod = victim("stops").property("ballast.messaging.consumers.payments.trial-after", "PT0S");
        schemaAndTopics();
        try (PaymentTraffic traffic = new PaymentTraffic(STACK, () -> pod.url())) {
            Payer payer = traffic.payer();
            Payer.Order order = new Payer.Order(PaymentCalls.orderId(), 1);
            RecordMetadata at = traffic.send(payer, order);
            leftBehind(at, 1);
            try (SlowOrder _ = new SlowOrder(order.id())) {
                stopAmidItsTrial(at);
                assertEquals(1, mark(at).deaths());
            }
            traffic.start().run(A_WHILE);
            traffic.settle("a pod stopped amid a trial", ENDS_WITHIN);
        }
    }

    /// It kills no longer, and its handler is told, by whoever comes next.
    @Test
    void podStoppedWhileADeathIsNoted_isNoDeath() throws Exception {
        String order = PaymentCalls.orderId();
        pod = victim("stops");
        schemaAndTopics();
        try (PaymentTraffic traffic = new PaymentTraffic(STACK, () -> pod.url())) {
            RecordMetadata at = bury(traffic, order);
            leftBehind(at, DEATHS_ALONE);
            try (SlowOrder _ = new SlowOrder(order)) {
                stopAmidItsTrial(at);
                assertEquals(DEATHS_ALONE, mark(at).deaths());
            }
            traffic.start().run(A_WHILE);
            traffic.settle("a pod stopped while a death was noted", ENDS_WITHIN);
            assertEquals("DEAD_LETTERED", status(order));
        }
    }

    private static Pod victim(String name) {
        return STACK.pod(name)
                .property("ballast.messaging.consumers.payments.drain-limit", "PT0.5S")
                .property("ballast.messaging.consumers.payments.max-deaths", Integer.toString(DEATHS_ALONE));
    }

    private static RecordMetadata bury(PaymentTraffic traffic, String killer) throws Exception {
        Payer payer = traffic.payer();
        traffic.bury(new Doomed(
                "kills-the-process",
                Long.toString(payer.user).getBytes(UTF_8),
                PaymentCalls.event(killer, payer.user, 1).getBytes(UTF_8)));
        return traffic.burials().getLast().at().get();
    }

    /// Starts the pod, and stops it while another one waits to take over from it.
    private void stopAmidItsTrial(RecordMetadata at) throws SQLException {
        Pod stops = pod.start();
        await("its trial")
                .ignoreExceptions() // once it has a mark
                .atMost(ENDS_WITHIN)
                .until(() -> mark(at).alone());
        String owner = mark(at).owner();
        pod = victim("next")
                .property("ballast.messaging.consumers.payments.trial-after", "PT0S")
                .start();
        stops.stop();
        stops.close();
        await("the next owner").atMost(ENDS_WITHIN).until(() -> !mark(at).owner()
                .equals(owner));
    }

    /// PostgreSQL takes for ever for this one order.
    private record SlowOrder(String id) implements AutoCloseable {
        SlowOrder {
            execute(
                    """
                    CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
                    $$BEGIN PERFORM pg_sleep(60); RETURN NEW; END$$""",
                    "CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON orders FOR EACH ROW WHEN (NEW.order_id = '" + id
                            + "') EXECUTE FUNCTION slow()");
        }

        @Override
        public void close() {
            execute("DROP TRIGGER slow ON orders");
        }

        private static void execute(String... statements) {
            try (Connection sql = STACK.sql();
                    Statement statement = sql.createStatement()) {
                for (String each : statements) {
                    statement.execute(each);
                }
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    private static String status(String order) throws SQLException {
        try (Connection sql = STACK.sql();
                PreparedStatement find = sql.prepareStatement("SELECT status FROM orders WHERE order_id = ?")) {
            find.setString(1, order);
            ResultSet row = find.executeQuery();
            return row.next() ? row.getString(1) : "no order";
        }
    }

    /// Which a pod makes that is away again when the record comes.
    private void schemaAndTopics() {
        pod.start();
        TopicContents.awaitTopics(STACK);
        pod.stop();
    }

    /// As a process that died leaves it.
    private static void leftBehind(RecordMetadata at, int deaths) throws SQLException {
        try (Connection sql = STACK.sql();
                PreparedStatement mark = sql.prepareStatement("""
                        INSERT INTO executions (consumer, topic, partition, "offset", owner, deaths)
                        VALUES ('payments', ?, ?, ?, 'who died', ?)""")) {
            mark.setString(1, at.topic());
            mark.setInt(2, at.partition());
            mark.setLong(3, at.offset());
            mark.setInt(4, deaths);
            mark.execute();
        }
    }

    private record Mark(String owner, int deaths, boolean alone) {}

    private static Mark mark(RecordMetadata at) throws SQLException {
        try (Connection sql = STACK.sql();
                PreparedStatement mark = sql.prepareStatement("""
                        SELECT owner, deaths, alone FROM executions
                        WHERE consumer = 'payments' AND topic = ? AND partition = ? AND "offset" = ?""")) {
            mark.setString(1, at.topic());
            mark.setInt(2, at.partition());
            mark.setLong(3, at.offset());
            ResultSet row = mark.executeQuery();
            assertTrue(row.next(), "no mark");
            return new Mark(row.getString("owner"), row.getInt("deaths"), row.getBoolean("alone"));
        }
    }

    private void startThoughItMayDie() {
        try {
            pod.start();
        } catch (StackFailure diedBeforeItWasReady) {
            assertEquals(OptionalInt.of(KILLED), pod.awaitEnd(DIES_WITHIN), diedBeforeItWasReady.getMessage());
        }
    }
}

package dev.ballast.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HalvingTest {
    private static final PgException OUT_OF_RANGE = new PgException("out of range", "ERROR", "22003", "");
    private static final PgException LOCKED = new PgException("lock timeout", "ERROR", "55P03", "");
    private static final PgException READ_ONLY = new PgException("read-only", "ERROR", "25006", "");
    private static final List<Integer> NUMBERS = IntStream.range(0, 500).boxed().toList();

    private int transactions;

    @Test
    void all_noneRefused_oneTransaction() {
        assertEquals(Set.of("done"), Set.copyOf(settle(NUMBERS, Set.of()).values()));
        assertEquals(1, transactions);
    }

    @Test
    void all_oneRefused_itAloneIsAndTheOthersAreDone() {
        Map<Integer, String> settled = settle(NUMBERS, Set.of(321));

        NUMBERS.forEach(number -> assertEquals(number == 321 ? "refused" : "done", settled.get(number)));
        assertTrue(transactions <= 21, transactions + " transactions");
    }

    @Test
    void all_severalRefused_eachIsFound() {
        Map<Integer, String> settled = settle(NUMBERS, Set.of(0, 1, 250, 499));

        assertEquals(500, settled.size());
        assertEquals(
                List.of(0, 1, 250, 499),
                settled.keySet().stream()
                        .filter(number -> settled.get(number).equals("refused"))
                        .sorted()
                        .toList());
    }

    @Test
    void all_oneWaitsForALock_itAloneDoes() {
        Map<Integer, String> settled = settle(NUMBERS, Set.of(77), LOCKED);

        NUMBERS.forEach(number -> assertEquals(number == 77 ? "refused" : "done", settled.get(number)));
    }

    @Test
    void all_databaseReadOnly_isNobodysFault() {
        Halving<Integer, String> standby = new Halving<>(
                some -> {
                    transactions++;
                    return Uni.createFrom().failure(READ_ONLY);
                },
                failure -> "refused");

        assertThrows(PgException.class, () -> standby.all(NUMBERS).await().indefinitely());
        assertEquals(1, transactions);
    }

    private Map<Integer, String> settle(List<Integer> numbers, Set<Integer> refused) {
        return settle(numbers, refused, OUT_OF_RANGE);
    }

    private Map<Integer, String> settle(List<Integer> numbers, Set<Integer> refused, PgException why) {
        return new Halving<Integer, String>(
                        some -> {
                            transactions++;
                            if (some.stream().anyMatch(refused::contains)) {
                                return Uni.createFrom().failure(why);
                            }
                            Map<Integer, String> done = new HashMap<>();
                            some.forEach(number -> done.put(number, "done"));
                            return Uni.createFrom().item(done);
                        },
                        failure -> "refused")
                .all(numbers)
                .await()
                .indefinitely();
    }
}

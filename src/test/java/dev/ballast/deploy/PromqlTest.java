package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.deploy.Promql.Match;
import dev.ballast.deploy.Promql.Selector;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromqlTest {
    @Test
    void read_bareName_isASelector() {
        assertEquals(List.of(selector("up", List.of())), read("up"));
    }

    @Test
    void read_matchers_areNeededLabels() {
        assertEquals(
                List.of(selector(
                        "a:b_total", List.of(new Match("x", "=", "1"), new Match("y", "!~", "a,{b}|\"c\"")), "x", "y")),
                read("rate(a:b_total{x=\"1\", y!~\"a,{b}|\\\"c\\\"\",}[5m] offset 15m) * 2e3"));
    }

    @Test
    void read_aggregation_needsWhatItKeepsOfAllInIt() {
        for (String expression : List.of("sum by (x, y) (rate(a[5m]) / b)", "sum(rate(a[5m]) / b) by (x, y)")) {
            assertEquals(
                    List.of(selector("a", List.of(), "x", "y"), selector("b", List.of(), "x", "y")), read(expression));
        }
    }

    @Test
    void read_aggregationsBesideAndWithinEachOther_needTheirOwn() {
        assertEquals(
                List.of(
                        selector("a", List.of(), "x"),
                        selector("b", List.of(), "y"),
                        selector("c", List.of(), "z", "y"),
                        selector("d", List.of())),
                read("sum by (x) (a) / max by (y) (b + (sum by (z) (c))) > bool 0.5 unless on () d"));
    }

    @Test
    void read_functions_areNoMetrics() {
        assertEquals(
                List.of(selector("a_bucket", List.of(), "le"), selector("b", List.of())),
                read("histogram_quantile(0.9, sum by (le) (rate(a_bucket[$__interval]))) or vector(0) - b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{x=\"1\"}", "a / on (x) b", "sum without (x) (a)", "a ? b", "a{x=\"}"})
    void read_whatIsNotUnderstood_isRefused(String expression) {
        assertThrows(IllegalArgumentException.class, () -> Promql.read(expression));
    }

    @Test
    void match_anchorsAndNegates() {
        assertTrue(new Match("x", "=~", "5..").accepts("503"));
        assertFalse(new Match("x", "=~", "5..").accepts("1503"));
        assertFalse(new Match("x", "!~", "a|b").accepts("b"));
        assertTrue(new Match("x", "!=", "a.").accepts("ab"));
    }

    @Test
    void legendLabels_areThoseInBraces() {
        assertEquals(Set.of("a", "b_c"), Promql.legendLabels("{{a}} of {{ b_c }}"));
    }

    private static List<Selector> read(String expression) {
        return Promql.read(expression).selectors();
    }

    private static Selector selector(String metric, List<Match> matches, String... labels) {
        return new Selector(metric, matches, Set.of(labels));
    }
}

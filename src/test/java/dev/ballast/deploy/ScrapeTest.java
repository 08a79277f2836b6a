package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A dashboard over figures that nobody exports is found out.
class ScrapeTest {
    private static final Scrape SCRAPE = Scrape.of("""
            # HELP hits_total Reads
            # TYPE hits_total counter
            hits_total{cache="users",tier="l1"} 3.0
            hits_total{cache="users",tier="l2"} 1e-3
            lag_seconds 0.25
            requests_total{status="200",uri="/users/{id}"} NaN
            """).with(List.of("ballast:ratio5m"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lag_seconds",
                "max by (instance) (lag_seconds)",
                "up{job=\"ballast\"}",
                "sum by (cache) (rate(hits_total{tier=\"l2\",instance=~\"$instance\"}[5m]))",
                "requests_total{uri=\"/users/{id}\",status!~\"5..\"}",
                "requests_total{status=~\"5..\"}",
                "ballast:ratio5m > 0.1"
            })
    void missing_whatIsThere_isNothing(String expression) {
        assertEquals(Set.of(), missing(expression));
    }

    @Test
    void missing_madeUpName_isNamed() {
        assertEquals(Set.of("misses_total is not scraped"), missing("rate(hits_total[1m]) / rate(misses_total[1m])"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sum by (pod) (hits_total)",
                "hits_total{pod=\"\"}",
                "lag_seconds{cache=\"users\"}",
                "ballast:ratio5m{cache=\"users\"}"
            })
    void missing_madeUpLabel_isNamed(String expression) {
        assertEquals(1, missing(expression).size());
    }

    @Test
    void missing_valueThatNoSeriesHas_isNamed() {
        assertEquals(1, missing("hits_total{tier=\"l3\"}").size());
        assertEquals(1, missing("requests_total{status=~\"4..\"}").size());
    }

    private static Set<String> missing(String expression) {
        return SCRAPE.missing(Promql.read(expression), Set.of("status=~\"5..\""));
    }
}

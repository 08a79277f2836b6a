package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.deploy.Dashboard.Query;
import dev.ballast.deploy.Promql.Selector;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a dashboard needs to be read, as far as its file tells.
class DashboardsTest {
    private static final Path DATASOURCE = Path.of("docker/grafana/provisioning/datasources/prometheus.yaml");
    private static final int COLUMNS = 24;

    static List<Dashboard> dashboards() {
        return Dashboard.all();
    }

    @Test
    void dashboards_haveIdsOfTheirOwn() {
        Set<String> ids = new HashSet<>();
        dashboards().forEach(each -> assertTrue(ids.add(each.json().getString("uid")), each.file()));
        assertTrue(ids.size() >= 5, ids.toString());
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void dashboard_asksTheProvisionedPrometheus(Dashboard dashboard) {
        Map<String, Object> provisioned =
                Rule.maps(Rule.yaml(DATASOURCE).get("datasources")).getFirst();
        for (JsonObject panel : dashboard.panels()) {
            assertEquals(
                    provisioned.get("uid"), panel.getJsonObject("datasource").getString("uid"));
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void dashboard_letsOneChooseThePod(Dashboard dashboard) {
        JsonObject variable = Dashboard.objects(dashboard.json().getJsonObject("templating"), "list")
                .getFirst();
        assertEquals("instance", variable.getString("name"));
        for (Query query : dashboard.queries()) {
            for (Selector selector : Promql.read(query.expression()).selectors()) {
                assertTrue(
                        selector.labels().contains("instance")
                                || selector.metric().contains(":"),
                        query.toString());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panel_saysWhatItShowsInWhichUnit(Dashboard dashboard) {
        Set<String> titles = new HashSet<>();
        for (JsonObject panel : dashboard.panels()) {
            String title = panel.getString("title");
            assertTrue(titles.add(title), title + " twice");
            assertFalse(panel.getString("description", "").isBlank(), title);
            assertNotNull(
                    panel.getJsonObject("fieldConfig").getJsonObject("defaults").getString("unit"), title);
        }
    }

    /// A legend's label is one that the expression keeps.
    @ParameterizedTest
    @MethodSource("dashboards")
    void legend_showsLabelsThatAreLeft(Dashboard dashboard) {
        for (Query query : dashboard.queries()) {
            assertFalse(query.legend().isBlank(), query.where());
            for (String label : Promql.legendLabels(query.legend())) {
                Selector first = Promql.read(query.expression()).selectors().getFirst();
                assertTrue(first.labels().contains(label), query + " does not keep " + label);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panels_doNotLieOnEachOther(Dashboard dashboard) {
        Set<String> cells = new HashSet<>();
        for (JsonObject panel : dashboard.panels()) {
            JsonObject place = panel.getJsonObject("gridPos");
            for (int x = place.getInteger("x"); x < place.getInteger("x") + place.getInteger("w"); x++) {
                for (int y = place.getInteger("y"); y < place.getInteger("y") + place.getInteger("h"); y++) {
                    assertTrue(x < COLUMNS && cells.add(x + "," + y), panel.getString("title"));
                }
            }
        }
    }
}

package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The alerts: well-formed, tried by `promtool`, the same in Kubernetes, and each with its page in the runbook.
class AlertsTest {
    private static final Path UNIT_TESTS = Rule.FILE.resolveSibling("rules_test.yaml");
    private static final Path CRD = Path.of("k8s/monitoring/prometheusrule.yaml");

    @Test
    void rules_areWellFormed() throws Exception {
        assertPasses("check", "rules", Rule.FILE.toString());
    }

    @Test
    void alerts_fireWhenTheyShouldAndNotBefore() throws Exception {
        assertPasses("test", "rules", UNIT_TESTS.toString());
    }

    /// A tool that passes everything would show nothing.
    @Test
    void promtool_wrongExpectation_fails(@TempDir Path directory) throws Exception {
        Files.copy(Rule.FILE, directory.resolve("rules.yaml"));
        String[] tests = Files.readString(UNIT_TESTS).split("(?=\n {2}- name:)", 3);
        String first = (tests[0] + tests[1]).replaceFirst("value: 1}", "value: 2}");
        Path wrong = Files.writeString(directory.resolve("rules_test.yaml"), first);

        Tool.Outcome outcome = Tool.PROMTOOL.run("test", "rules", wrong.toString());
        assertEquals(1, outcome.exitCode(), outcome.output());
        assertTrue(outcome.output().contains("BallastAbsent"), outcome.output());
    }

    /// Of each alert the unit tests say when it fires and when not.
    @Test
    void alerts_haveATestOfBothKinds() {
        Set<String> firing = new TreeSet<>();
        Set<String> quiet = new TreeSet<>();
        Pattern name = Pattern.compile("alertname=\"(\\w+)\"");
        Rule.maps(Rule.yaml(UNIT_TESTS).get("tests")).stream()
                .filter(test -> test.containsKey("promql_expr_test"))
                .flatMap(test -> Rule.maps(test.get("promql_expr_test")).stream())
                .forEach(expectation -> {
                    boolean fires = !((List<?>) expectation.get("exp_samples")).isEmpty();
                    name.matcher((String) expectation.get("expr")).results().forEach(found -> (fires ? firing : quiet)
                            .add(found.group(1)));
                });
        Set<String> alerts = names();
        assertAll(() -> assertEquals(alerts, firing), () -> assertEquals(alerts, quiet));
    }

    @Test
    @SuppressWarnings("unchecked")
    void kubernetes_hasTheSameGroups() {
        Map<String, Object> spec = (Map<String, Object>) Rule.yaml(CRD).get("spec");
        assertEquals(Rule.yaml(Rule.FILE), spec, "renew " + CRD + " by the commands at its head");
    }

    @Test
    void alerts_sayHowBadWhatAndWhereToRead() {
        Set<String> names = new HashSet<>();
        for (Rule alert : Rule.alerts()) {
            String name = alert.name();
            assertTrue(names.add(name), name + " twice");
            assertTrue(Set.of("critical", "warning").contains(alert.severity()), name);
            assertEquals(
                    Set.of("summary", "description", "runbook_url"),
                    alert.annotations().keySet(),
                    name);
            assertEquals(
                    "README.md#" + name.toLowerCase(Locale.ROOT),
                    alert.annotations().get("runbook_url"),
                    name);
        }
    }

    /// An alert without a page wakes somebody who does not know what to do; a page without an alert is of the past.
    @Test
    void runbook_hasAPageForEachAlertAndNoOther() throws IOException {
        String runbook = Files.readString(Path.of("README.md"))
                .replaceFirst("(?s)^.*\n## Runbook\n", "")
                .replaceFirst("(?s)\n## .*$", "");
        Set<String> pages = new TreeSet<>();
        for (String page : runbook.split("\n### ")) {
            String title = page.lines().findFirst().orElseThrow();
            if (title.startsWith("Ballast")) {
                assertTrue(pages.add(title), title + " twice");
                assertTrue(
                        page.contains("**Look**") && page.contains("**Do**") || page.contains("**Look** and **do**"),
                        title + " does not say what to do");
            }
        }
        assertEquals(names(), pages);
    }

    private static Set<String> names() {
        Set<String> names = new TreeSet<>();
        Rule.alerts().forEach(alert -> names.add(alert.name()));
        return names;
    }

    private static void assertPasses(String... arguments) throws IOException, InterruptedException {
        Tool.Outcome outcome = Tool.PROMTOOL.run(arguments);
        assertEquals(0, outcome.exitCode(), outcome.output());
    }
}

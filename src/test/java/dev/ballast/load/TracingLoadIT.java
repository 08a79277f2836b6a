package dev.ballast.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.otlp.OtlpReceiver;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// What tracing costs a read that memory answers, without limits: no request is cheaper, so that no other one feels it
/// more. In one run pods of the same build that differ in that alone take turns, and each figure is the median of its
/// rounds. The figures are printed; only errors fail, since machines differ. The collector is in this
/// JVM and takes its share of the machine from all of them, most where all is exported.
class TracingLoadIT {
    private static final String SERVICE = Tokens.service();
    private static final int CONNECTIONS = 32;

    /// Half a minute, which the compiler needs.
    private static final int WARM_UPS = 6;

    private static final String[] SAMPLED = {"0", "0.1", "1"};

    /// How long it takes: 4 × (rounds + warm-ups) × the length of a round.
    private final int rounds = Integer.getInteger("ballast.tracing.rounds", 7);

    private final Duration round = Duration.ofSeconds(Integer.getInteger("ballast.tracing.round-seconds", 5));

    @Test
    @EnabledIfSystemProperty(named = "ballast.soak", matches = ".+")
    void get_hotUserTracedMoreAndMore_printsTheTable() throws InterruptedException {
        Map<String, List<Load.Report>> reports = new LinkedHashMap<>();
        Map<String, Pod> pods = new LinkedHashMap<>();
        try (OtlpReceiver collector = OtlpReceiver.start()) {
            pods.put("off", pod("tracing-off").environment("OTEL_SDK_DISABLED", "true"));
            for (String ratio : SAMPLED) {
                pods.put(
                        percent(ratio),
                        pod("tracing-" + ratio.replace('.', '-'))
                                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
                                .environment("OTEL_TRACES_SAMPLER_ARG", ratio));
            }
            pods.values().forEach(Pod::start);
            for (Pod pod : pods.values()) {
                for (int i = 0; i < WARM_UPS; i++) {
                    run(pod);
                }
            }
            for (int i = 0; i < rounds; i++) {
                for (Map.Entry<String, Pod> turn : pods.entrySet()) {
                    reports.computeIfAbsent(turn.getKey(), _ -> new ArrayList<>())
                            .add(run(turn.getValue()));
                }
            }
        } finally {
            pods.values().forEach(Pod::close);
        }
        print(reports);
    }

    private static Pod pod(String name) {
        return Stack.shared().pod(name).property("ballast.admission.enabled", "false");
    }

    private Load.Report run(Pod pod) throws InterruptedException {
        Load.Report report = new Load(pod.url(), SERVICE, CONNECTIONS).run(round, _ -> "/users/1");
        assertEquals(0, report.errors(), report.toString());
        return report;
    }

    private static String percent(String ratio) {
        return "%.0f %%".formatted(Double.parseDouble(ratio) * 100);
    }

    private void print(Map<String, List<Load.Report>> reports) {
        double off = median(reports.get("off"), Load.Report::perSecond);
        System.out.printf(
                "GET /users/{id}, L1 hit, %d connections, medians of %d rounds of %d s%n",
                CONNECTIONS, rounds, round.toSeconds());
        System.out.println("| sampled | requests/s | of that without tracing | p50 ms | p99 ms |");
        System.out.println("|---|---|---|---|---|");
        reports.forEach((sampled, all) -> System.out.printf(
                "| %s | %,.0f | %.2f | %.2f | %.2f |%n",
                sampled,
                median(all, Load.Report::perSecond),
                median(all, Load.Report::perSecond) / off,
                median(all, report -> report.p50().toNanos() / 1e6),
                median(all, report -> report.p99().toNanos() / 1e6)));
    }

    private static double median(List<Load.Report> reports, ToDoubleFunction<Load.Report> figure) {
        double[] sorted = reports.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}

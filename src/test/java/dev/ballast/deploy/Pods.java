package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How pods run: what Kubernetes would take and nobody should want.
final class Pods {
    static final String MIGRATION = "BALLAST_DATABASE_MIGRATION";

    /// Of heap, in MiB: the design's budget under load.
    private static final long HEAP = 256;

    /// Of metaspace, compiled code, stacks, the collector's own and whatever else a JVM takes, in MiB. Native memory
    /// tracking counted 164 after 2,000 requests, of which compiled code and metaspace grow.
    private static final long BESIDES = 256;

    private static final Path IMAGE = Path.of("docker/Dockerfile.jvm");

    private Pods() {}

    /// What is wrong, in a few words each.
    static List<String> faults(List<JsonNode> all) {
        List<String> faults = new ArrayList<>();
        JsonNode pod = Manifests.of(all, "Deployment").at("/spec/template/spec");
        checkPod(faults, pod);
        check(faults, pod.at("/topologySpreadConstraints").size() == 2, "not spread");
        check(faults, pod.at("/terminationGracePeriodSeconds").asInt() >= drainSeconds() + 5, "killed as it drains");
        for (Map.Entry<String, String> probe : Map.of(
                        "startupProbe", "started",
                        "livenessProbe", "live",
                        "readinessProbe", "ready")
                .entrySet()) {
            String path =
                    pod.at("/containers/0/" + probe.getKey() + "/httpGet/path").asText();
            check(faults, path.equals("/q/health/" + probe.getValue()), probe.getKey());
        }
        String who = Manifests.of(all, "ConfigMap").at("/data/" + MIGRATION).asText("at-start");
        Manifests.all(all, "Job").forEach(job -> checkJob(faults, job));
        boolean isApart = Manifests.all(all, "Job").findAny().isPresent();
        check(faults, who.equals(isApart ? "never" : "at-start"), "who migrates");
        checkScaling(faults, all, pod);
        faults.addAll(Settings.faults(all));
        return faults;
    }

    private static void checkPod(List<String> faults, JsonNode pod) {
        JsonNode container = pod.at("/containers/0");
        check(faults, pod.at("/securityContext/runAsNonRoot").asBoolean(), "may run as root");
        check(faults, pod.at("/securityContext/runAsUser").asLong() > 0, "runs as root");
        check(faults, pod.at("/securityContext/seccompProfile/type").asText().equals("RuntimeDefault"), "no seccomp");
        check(faults, !pod.path("automountServiceAccountToken").asBoolean(true), "has a token of the cluster");
        check(faults, fits(mebibytes(container), Yaml.read(IMAGE)), "memory");
        check(faults, container.at("/resources/requests").hasNonNull("cpu"), "no request");
        check(faults, container.at("/securityContext/readOnlyRootFilesystem").asBoolean(), "may write");
        check(faults, !container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true), "may escalate");
        check(
                faults,
                container.at("/securityContext/capabilities/drop/0").asText().equals("ALL"),
                "capabilities");
        check(faults, container.path("image").asText().matches(".*:[0-9]+[.][0-9]+[.][0-9]+"), "image's tag");
    }

    /// Whether what the image's JVM may take fits, and the heap is as large as the service needs it.
    ///
    /// @param limit of the container, in MiB
    static boolean fits(long limit, String dockerfile) {
        String entry = dockerfile.replaceFirst("(?s)^.*ENTRYPOINT", "");
        long heap = limit * number(entry, "-XX:MaxRAMPercentage=([0-9]+)") / 100;
        return heap >= HEAP && heap + number(entry, "-XX:MaxDirectMemorySize=([0-9]+)m") + BESIDES <= limit;
    }

    private static long number(String text, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertTrue(found.find(), "no " + pattern);
        return Long.parseLong(found.group(1));
    }

    /// The limit of the container.
    private static long mebibytes(JsonNode container) {
        String limit = container.at("/resources/limits/memory").asText("0Mi");
        return limit.endsWith("Gi") ? 1024 * number(limit, "([0-9]+)") : number(limit, "([0-9]+)");
    }

    /// Half of what a pod may use is left for the time until the next one is there, and a core is enough for a pod
    /// to be worth a second one.
    private static void checkScaling(List<String> faults, List<JsonNode> all, JsonNode pod) {
        JsonNode container = pod.at("/containers/0");
        JsonNode scaler = Manifests.of(all, "HorizontalPodAutoscaler");
        long threshold = millicores(container.at("/resources/requests/cpu"))
                * scaler.at("/spec/metrics/0/resource/target/averageUtilization")
                        .asLong()
                / 100;
        check(faults, threshold <= 1000, "scaled at " + threshold + " millicores");
        check(faults, 2 * threshold <= millicores(container.at("/resources/limits/cpu")), "scaled when it is too late");
    }

    private static long millicores(JsonNode cpu) {
        String text = cpu.asText("0");
        return text.endsWith("m") ? number(text, "([0-9]+)") : 1000 * Long.parseLong(text);
    }

    private static void checkJob(List<String> faults, JsonNode job) {
        JsonNode pod = job.at("/spec/template/spec");
        checkPod(faults, pod);
        check(faults, pod.path("restartPolicy").asText().equals("Never"), "restarted, its log lost");
        for (String bound : List.of("backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished")) {
            check(faults, job.get("spec").path(bound).asInt() > 0, "no " + bound);
        }
        boolean givesUp = Yaml.each(job.at("/spec/podFailurePolicy/rules"))
                .anyMatch(rule -> rule.path("action").asText().equals("FailJob")
                        && rule.at("/onExitCodes/operator").asText().equals("In")
                        && rule.at("/onExitCodes/values/0").asInt() == 2);
        check(faults, givesUp, "a migration that fails is tried again");
        boolean isOnly = Yaml.each(pod.at("/containers/0/env"))
                .anyMatch(variable -> variable.path("name").asText().equals(MIGRATION)
                        && variable.path("value").asText().equals("only"));
        check(faults, isOnly, "the Job does not end");
    }

    /// The pod is not ready, then its requests end, then the records of its slowest consumer.
    private static int drainSeconds() {
        JsonNode settings = Yaml.file(Path.of("src/main/resources/application.yaml"));
        int records = Yaml.each(settings.at("/ballast/messaging/consumers"))
                .filter(consumer -> consumer.has("drain-limit"))
                .mapToInt(consumer -> seconds(consumer.get("drain-limit")))
                .max()
                .orElseThrow();
        return seconds(settings.at("/quarkus/shutdown/delay"))
                + seconds(settings.at("/quarkus/shutdown/timeout"))
                + records;
    }

    private static int seconds(JsonNode duration) {
        return Integer.parseInt(duration.asText().replace("S", ""));
    }

    private static void check(List<String> faults, boolean right, String fault) {
        if (!right) {
            faults.add(fault);
        }
    }
}

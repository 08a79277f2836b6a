package dev.ballast.deploy;

import static dev.ballast.deploy.Manifests.all;
import static dev.ballast.deploy.Manifests.name;
import static dev.ballast.deploy.Manifests.of;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Where one document names another, a pod, a port or a key: a cluster takes a name that leads nowhere without a word.
final class References {
    private static final String README = Yaml.read(Path.of("README.md"));
    private static final String AUTHORITIES = "/etc/ballast/ca/";
    private static final Pattern ADDRESS = Pattern.compile(
            "(?<scheme>[a-z]+)://[^:/?,]+(:(?<port>[0-9]+))?|^[^:/]+:(?<first>[0-9]+)|,[^:/]+:(?<more>[0-9]+)");
    private static final Pattern SECRET = Pattern.compile("create secret generic (\\S+)((?:[^\\n]*\\\\\\n)*[^\\n]*)");
    private static final Pattern SECRET_KEY = Pattern.compile("--from-(?:literal|file)=([a-z-]+)=");
    private static final Map<String, Integer> DEFAULT_PORTS =
            Map.of("https", 443, "http", 80, "postgresql", 5432, "redis", 6379, "rediss", 6379);

    private final List<JsonNode> all;
    private final JsonNode deployment;
    private final JsonNode pod;
    private final List<String> faults = new ArrayList<>();

    private References(List<JsonNode> all) {
        this.all = all;
        this.deployment = of(all, "Deployment");
        this.pod = deployment.at("/spec/template");
    }

    /// What leads nowhere, or to what it should not, in a sentence each.
    static List<String> faults(List<JsonNode> all) {
        References references = new References(all);
        references.checkSelectors();
        references.checkScaling();
        references.checkService();
        references.checkMonitoring();
        references.checkPod("Deployment", references.pod);
        references.checkPolicies("Deployment", references.pod, references.addresses());
        all(all, "Job").forEach(references::checkJob);
        references.checkAuthorities();
        return references.faults;
    }

    private void checkSelectors() {
        check(isSelected(pod, deployment.at("/spec/selector")), "the Deployment does not select its pods");
        check(isSelected(pod, of(all, "PodDisruptionBudget").at("/spec/selector")), "PodDisruptionBudget");
        for (JsonNode spread : pod.at("/spec/topologySpreadConstraints")) {
            check(isSelected(pod, spread.get("labelSelector")), "spread over " + spread.get("topologyKey"));
        }
    }

    private void checkScaling() {
        JsonNode scaler = of(all, "HorizontalPodAutoscaler");
        JsonNode target = scaler.at("/spec/scaleTargetRef");
        check(
                target.path("kind").equals(deployment.get("kind"))
                        && target.path("apiVersion").equals(deployment.get("apiVersion"))
                        && target.path("name").asText().equals(name(deployment)),
                "HorizontalPodAutoscaler scales nothing");
        for (JsonNode metric : scaler.at("/spec/metrics")) {
            String resource = metric.at("/resource/name").asText();
            check(
                    pod.at("/spec/containers/0/resources/requests").has(resource),
                    "utilization of " + resource + ", which is not requested");
        }
    }

    private void checkService() {
        JsonNode service = of(all, "Service");
        check(holds(labels(pod), service.at("/spec/selector")), "Service selects nothing");
        for (JsonNode port : service.at("/spec/ports")) {
            check(ports(pod).contains(port.path("targetPort").asText()), "Service's port " + port.path("targetPort"));
        }
    }

    private void checkMonitoring() {
        JsonNode service = of(all, "Service");
        Set<String> names = strings(service.at("/spec/ports"), "name");
        all(all, "ServiceMonitor").forEach(monitor -> {
            check(
                    holds(service.at("/metadata/labels"), monitor.at("/spec/selector/matchLabels")),
                    "ServiceMonitor finds no Service");
            for (JsonNode endpoint : monitor.at("/spec/endpoints")) {
                check(names.contains(endpoint.path("port").asText()), "ServiceMonitor's port");
            }
            String job = service.at("/metadata/labels")
                    .path(monitor.at("/spec/jobLabel").asText())
                    .asText();
            check(job.equals("ballast"), "job=\"ballast\" of the alerts is \"" + job + "\"");
        });
    }

    private void checkJob(JsonNode job) {
        JsonNode template = job.at("/spec/template");
        checkPod("Job", template);
        Set<Integer> database =
                ports(of(all, "ConfigMap").at("/data/POSTGRES_URL").asText());
        checkPolicies("Job", template, database);
        boolean isApart = !holds(labels(template), of(all, "Service").at("/spec/selector"))
                && !isSelected(template, deployment.at("/spec/selector"))
                && !isSelected(template, of(all, "PodDisruptionBudget").at("/spec/selector"));
        check(isApart, "the Job's pods are taken for those of the Deployment");
        check(
                template.at("/spec/containers/0/image").equals(pod.at("/spec/containers/0/image")),
                "the Job's image is another one");
    }

    private void checkPod(String of, JsonNode template) {
        JsonNode spec = template.get("spec");
        check(
                all(all, "ServiceAccount").anyMatch(each -> name(each)
                        .equals(spec.path("serviceAccountName").asText())),
                of + ": no such ServiceAccount");
        JsonNode container = spec.at("/containers/0");
        for (JsonNode from : container.path("envFrom")) {
            check(isConfigMap(from.at("/configMapRef/name").asText()), of + ": no such ConfigMap");
        }
        for (JsonNode variable : container.path("env")) {
            if (variable.has("valueFrom")) {
                checkSecret(
                        of, variable.at("/valueFrom/secretKeyRef/name"), variable.at("/valueFrom/secretKeyRef/key"));
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            if (volume.has("configMap")) {
                String made = volume.at("/configMap/name").asText();
                check(README.contains("create configmap " + made + " "), of + ": README.md makes no ConfigMap " + made);
            }
            for (JsonNode item : volume.at("/secret/items")) {
                checkSecret(of, volume.at("/secret/secretName"), item.get("key"));
            }
        }
        check(
                strings(spec.path("volumes"), "name").equals(strings(container.path("volumeMounts"), "name")),
                of + ": volumes and mounts differ");
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            if (container.has(probe)) {
                String port = container.at("/" + probe + "/httpGet/port").asText();
                check(ports(template).contains(port), of + ": port of " + probe);
            }
        }
    }

    private void checkAuthorities() {
        for (JsonNode value : of(all, "ConfigMap").get("data")) {
            if (value.asText().startsWith(AUTHORITIES)) {
                String file = value.asText().substring(AUTHORITIES.length());
                check(README.contains("--from-file=" + file), "README.md puts no " + file + " into a ConfigMap");
            }
        }
    }

    /// By name: the Secret is made apart, by the README's own command.
    private void checkSecret(String of, JsonNode secret, JsonNode key) {
        boolean isMade = SECRET.matcher(README)
                .results()
                .filter(command -> command.group(1).equals(secret.asText()))
                .flatMap(command -> SECRET_KEY.matcher(command.group(2)).results())
                .anyMatch(made -> made.group(1).equals(key.asText()));
        check(isMade, of + ": README.md makes no key " + key.asText() + " of a Secret " + secret.asText());
    }

    /// A pod that any policy selects is closed to what none of them opens.
    private void checkPolicies(String of, JsonNode template, Set<Integer> wanted) {
        List<JsonNode> policies = all(all, "NetworkPolicy")
                .filter(policy -> isSelected(template, policy.at("/spec/podSelector")))
                .toList();
        check(!policies.isEmpty(), of + ": no NetworkPolicy");
        Set<String> open = policies.stream()
                .flatMap(policy -> Yaml.each(policy.at("/spec/egress")))
                .flatMap(rule -> Yaml.each(rule.path("ports")))
                .map(port -> port.path("port").asText())
                .collect(Collectors.toSet());
        for (int port : policies.isEmpty() ? Set.<Integer>of() : wanted) {
            check(open.contains(Integer.toString(port)), of + ": port " + port + " of the ConfigMap is closed");
        }
        Set<String> entered = policies.stream()
                .flatMap(policy -> Yaml.each(policy.at("/spec/ingress")))
                .flatMap(rule -> Yaml.each(rule.path("ports")))
                .map(port -> port.path("port").asText())
                .collect(Collectors.toSet());
        check(policies.isEmpty() || entered.equals(ports(template)), of + ": open are " + entered);
    }

    private Set<Integer> addresses() {
        return Yaml.each(of(all, "ConfigMap").get("data"))
                .flatMap(value -> ports(value.asText()).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The ports of addresses in a setting's value. That of an issuer is a name and is not called.
    static Set<Integer> ports(String value) {
        return ADDRESS.matcher(value).results().map(References::port).collect(Collectors.toCollection(TreeSet::new));
    }

    private static int port(MatchResult address) {
        return Stream.of("port", "first", "more")
                .map(address::group)
                .filter(found -> found != null)
                .map(Integer::valueOf)
                .findFirst()
                .orElseGet(() -> DEFAULT_PORTS.get(address.group("scheme")));
    }

    private boolean isConfigMap(String name) {
        return all(all, "ConfigMap").anyMatch(each -> name(each).equals(name));
    }

    private static boolean isSelected(JsonNode template, JsonNode selector) {
        return holds(labels(template), selector.path("matchLabels"));
    }

    private static boolean holds(JsonNode labels, JsonNode wanted) {
        return !wanted.isEmpty()
                && wanted.propertyStream().allMatch(each -> each.getValue().equals(labels.get(each.getKey())));
    }

    private static JsonNode labels(JsonNode template) {
        return template.at("/metadata/labels");
    }

    /// Of a pod, by their names.
    private static Set<String> ports(JsonNode template) {
        return strings(template.at("/spec/containers/0/ports"), "name");
    }

    private static Set<String> strings(JsonNode array, String field) {
        return Yaml.each(array).map(each -> each.path(field).asText()).collect(Collectors.toCollection(TreeSet::new));
    }

    private void check(boolean right, String fault) {
        if (!right) {
            faults.add(fault);
        }
    }
}

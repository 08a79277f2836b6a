package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The manifests as a cluster would get them: every field is one that Kubernetes knows, and pods run as they should.
class ManifestsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MIGRATION = Pods.MIGRATION;
    private static final Map<String, Class<?>> TYPES = Map.of(
            "ServiceAccount", ServiceAccount.class,
            "ConfigMap", ConfigMap.class,
            "Deployment", Deployment.class,
            "Job", Job.class,
            "Service", Service.class,
            "HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "PodDisruptionBudget", PodDisruptionBudget.class,
            "NetworkPolicy", NetworkPolicy.class,
            "ServiceMonitor", ServiceMonitor.class,
            "PrometheusRule", PrometheusRule.class);

    /// Without `kubectl`, the files alone: what an overlay makes of them is then seen by the next one who has it.
    @Test
    void files_haveKnownFieldsOnly() {
        List<Path> files = Manifests.files();
        assertTrue(files.size() >= 12, files.toString()); // and two of settings, of which ConfigMaps are made
        for (Path file : files) {
            assertEquals(List.of(), unknown(Yaml.file(file)), file.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"dev,1", "production,3"})
    void overlay_isWholeAndFitForACluster(String overlay, int pods) throws Exception {
        List<JsonNode> all = Manifests.built(Path.of("k8s/overlays", overlay));

        Set<String> kinds = all.stream().map(each -> each.path("kind").asText()).collect(Collectors.toSet());
        Set<String> expected = new TreeSet<>(TYPES.keySet());
        if (overlay.equals("dev")) {
            expected.removeAll(Set.of("Job", "ServiceMonitor", "PrometheusRule"));
        }
        assertEquals(expected, new TreeSet<>(kinds));
        for (JsonNode each : all) {
            assertEquals(List.of(), unknown(each), each.path("kind").asText());
        }
        assertEquals(List.of(), Pods.faults(all));
        assertEquals(
                pods,
                Manifests.of(all, "HorizontalPodAutoscaler")
                        .at("/spec/minReplicas")
                        .asInt());
    }

    /// Each fault is made once, and found.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/spec/template/spec/securityContext/runAsNonRoot",
                "/spec/template/spec/securityContext/seccompProfile",
                "/spec/template/spec/topologySpreadConstraints",
                "/spec/template/spec/terminationGracePeriodSeconds",
                "/spec/template/spec/automountServiceAccountToken",
                "/spec/template/spec/containers/0/resources/limits/memory",
                "/spec/template/spec/containers/0/resources/requests",
                "/spec/template/spec/containers/0/readinessProbe",
                "/spec/template/spec/containers/0/livenessProbe",
                "/spec/template/spec/containers/0/startupProbe",
                "/spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem",
                "/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation",
                "/spec/template/spec/containers/0/securityContext/capabilities"
            })
    void faults_ofWhatIsLeftOut_areFound(String pointer) {
        assertFaultWithout("Deployment", pointer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/spec/backoffLimit",
                "/spec/activeDeadlineSeconds",
                "/spec/ttlSecondsAfterFinished",
                "/spec/template/spec/restartPolicy",
                "/spec/template/spec/securityContext/runAsNonRoot",
                "/spec/template/spec/securityContext/runAsUser",
                "/spec/template/spec/securityContext/seccompProfile",
                "/spec/template/spec/automountServiceAccountToken",
                "/spec/template/spec/containers/0/env",
                "/spec/template/spec/containers/0/resources/limits/memory",
                "/spec/template/spec/containers/0/resources/requests",
                "/spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem",
                "/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation",
                "/spec/template/spec/containers/0/securityContext/capabilities"
            })
    void faults_ofWhatTheJobLacks_areFound(String pointer) {
        assertFaultWithout("Job", pointer);
    }

    /// Two would migrate, or nobody.
    @ParameterizedTest
    @CsvSource({"production", "dev"})
    void overlay_hasOneWhoMigrates(String overlay) throws Exception {
        List<JsonNode> all = Manifests.built(Path.of("k8s/overlays", overlay));
        ObjectNode settings = (ObjectNode) Manifests.of(all, "ConfigMap").get("data");
        settings.put(MIGRATION, overlay.equals("dev") ? "never" : "at-start");
        assertEquals(List.of("who migrates"), Pods.faults(all));
    }

    private static void assertFaultWithout(String kind, String pointer) {
        List<JsonNode> all = production();
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) Manifests.of(all, kind).at(pointer.substring(0, last))).remove(pointer.substring(last + 1));
        assertEquals(1, Pods.faults(all).size(), Pods.faults(all).toString());
    }

    /// The files, with the one value that only `kubectl` would put into the ConfigMap.
    private static List<JsonNode> production() {
        List<JsonNode> all = Manifests.whole();
        ((ObjectNode) Manifests.of(all, "ConfigMap").get("data")).put(MIGRATION, "never");
        return all;
    }

    @Test
    void faults_ofWhatIsWrong_areFound() {
        List<JsonNode> all = production();
        ObjectNode container = (ObjectNode) Manifests.of(all, "Deployment").at("/spec/template/spec/containers/0");
        container.put("image", "ballast:latest");
        ((ObjectNode) Manifests.of(all, "ConfigMap").get("data")).put("REDIS_ADDRESS", "redis:6379");
        assertEquals(2, Pods.faults(all).size(), Pods.faults(all).toString());
    }

    /// Likewise, of what production alone sets; `-` takes the field out.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ConfigMap | /data/QUARKUS_DATASOURCE_JDBC_ADDITIONAL_JDBC_PROPERTIES_SSLROOTCERT | -"
                        + " | POSTGRES_URL demands TLS without QUARKUS_DATASOURCE_JDBC_ADDITIONAL_JDBC_PROPERTIES_SSLROOTCERT",
                "ConfigMap | /data/QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM | -"
                        + " | POSTGRES_URL demands TLS without QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM",
                "ConfigMap | /data/QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM_CERTS | -"
                        + " | POSTGRES_URL demands TLS without QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM_CERTS",
                "ConfigMap | /data/QUARKUS_DATASOURCE_REACTIVE_HOSTNAME_VERIFICATION_ALGORITHM | NONE"
                        + " | POSTGRES_URL demands TLS without QUARKUS_DATASOURCE_REACTIVE_HOSTNAME_VERIFICATION_ALGORITHM",
                "ConfigMap | /data/QUARKUS_REDIS_TLS_HOSTNAME_VERIFICATION_ALGORITHM | -"
                        + " | REDIS_URL demands TLS without QUARKUS_REDIS_TLS_HOSTNAME_VERIFICATION_ALGORITHM",
                "ConfigMap | /data/KAFKA_SSL_TRUSTSTORE_LOCATION | -"
                        + " | KAFKA_SECURITY_PROTOCOL demands TLS without KAFKA_SSL_TRUSTSTORE_LOCATION",
                "ConfigMap | /data/KAFKA_SECURITY_PROTOKOL | SSL | KAFKA_SECURITY_PROTOKOL is read by nobody",
                "ConfigMap | /data/MP_JWT_VERIFY_PUBLICKEY_LOCATION | https://issuer.example.org/keys"
                        + " | the key of tokens is demanded",
                "ConfigMap | /data/MP_JWT_VERIFY_PUBLICKEY_LOCATION | file:/etc/ballast/keys/public.pem"
                        + " | Deployment: MP_JWT_VERIFY_PUBLICKEY_LOCATION names a file that is not mounted",
                "Deployment | /spec/template/spec/volumes/2/secret/optional | true | the key of tokens is optional",
                "Deployment | /spec/template/spec/terminationGracePeriodSeconds | 22 | killed as it drains",
                "Deployment | /spec/template/spec/containers/0/resources/limits/memory | 600Mi | memory",
                "Deployment | /spec/template/spec/containers/0/resources/limits/cpu | 1 | scaled when it is too late",
                "Job | /spec/template/spec/containers/0/resources/limits/memory | 512Mi | memory",
                "HorizontalPodAutoscaler | /spec/metrics/0/resource/target/averageUtilization | 200"
                        + " | scaled at 2000 millicores",
            })
    void production_wrong_isFoundOut(String kind, String pointer, String value, String fault) throws Exception {
        List<JsonNode> all = Manifests.built(Path.of("k8s/overlays/production"));
        int last = pointer.lastIndexOf('/');
        ObjectNode parent = (ObjectNode) Manifests.of(all, kind).at(pointer.substring(0, last));
        if (value.equals("-")) {
            parent.remove(pointer.substring(last + 1));
        } else {
            parent.put(pointer.substring(last + 1), value);
        }
        assertEquals(List.of(fault), Pods.faults(all));
    }

    /// Nobody mounts what the certificates of the database are verified by.
    @ParameterizedTest
    @ValueSource(strings = {"Deployment", "Job"})
    void production_withoutAuthorities_isFoundOut(String kind) throws Exception {
        List<JsonNode> all = Manifests.built(Path.of("k8s/overlays/production"));
        ((ObjectNode) Manifests.of(all, kind).at("/spec/template/spec/containers/0")).remove("volumeMounts");
        String missing = kind
                + ": QUARKUS_DATASOURCE_JDBC_ADDITIONAL_JDBC_PROPERTIES_SSLROOTCERT names a file that is not mounted";
        assertTrue(Pods.faults(all).contains(missing), Pods.faults(all).toString());
    }

    /// A pod whose environment wants a key that the Secret lacks is never started.
    @ParameterizedTest
    @ValueSource(strings = {"QUARKUS_REDIS_PASSWORD", "KAFKA_SASL_JAAS_CONFIG"})
    void secrets_ofServersThatMayHaveNone_areOptional(String name) throws Exception {
        JsonNode deployment = Manifests.of(Manifests.built(Path.of("k8s/overlays/production")), "Deployment");
        JsonNode reference = Yaml.each(deployment.at("/spec/template/spec/containers/0/env"))
                .filter(variable -> variable.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow()
                .at("/valueFrom/secretKeyRef");
        assertTrue(reference.path("optional").asBoolean(), reference.toString());
    }

    /// A pod reads its environment once: it must be another pod that has another one.
    @Test
    void settings_changed_makeOtherPods() throws Exception {
        List<JsonNode> before = Manifests.built(Path.of("k8s/overlays/production"));
        List<JsonNode> after = Manifests.builtWith("target/k8s-changed", """
                configMapGenerator:
                  - name: ballast
                    behavior: merge
                    literals: [REDIS_URL=rediss://other.example.org:6379]
                """);
        for (String kind : List.of("Deployment", "Job")) {
            JsonNode settings = Manifests.of(before, kind).at("/spec/template/spec/containers/0/envFrom");
            JsonNode changed = Manifests.of(after, kind).at("/spec/template/spec/containers/0/envFrom");
            assertNotEquals(settings, changed, kind);
        }
    }

    /// With a set of keys at an address, the Secret needs no key of tokens.
    @Test
    void keySet_needsNoKeyOfTokens() throws Exception {
        List<JsonNode> all = Manifests.builtWith("target/k8s-key-set", """
                components: [../../k8s/key-set]
                configMapGenerator:
                  - name: ballast
                    behavior: merge
                    literals: ["MP_JWT_VERIFY_PUBLICKEY_LOCATION=https://issuer.example.org/keys"]
                """);
        assertEquals(List.of(), Pods.faults(all));
    }

    @Test
    void unknown_misspeltField_isFound() {
        JsonNode deployment = Yaml.file(Path.of("k8s/base/deployment.yaml"));
        ((ObjectNode) deployment.at("/spec/template/spec/containers/0")).put("imagePullPolcy", "Always");
        assertEquals(List.of("imagePullPolcy"), unknown(deployment));
    }

    /// Fields that go lost where the document is read as what it says it is: fabric8's models keep those they do not
    /// know apart, and give them back among the others, so that they are compared by the types' own properties.
    private static List<String> unknown(JsonNode document) {
        Class<?> type = TYPES.get(document.path("kind").asText());
        assertTrue(type != null, "nobody knows " + document.path("kind"));
        List<String> unknown = new ArrayList<>();
        Unknown.collect(JSON.convertValue(document, type), unknown);
        return unknown;
    }
}

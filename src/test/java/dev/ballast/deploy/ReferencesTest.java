package dev.ballast.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What selects pods selects these, and every port and key that is named is there.
class ReferencesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(strings = {"dev", "production"})
    void overlay_namesWhatIsThere(String overlay) throws Exception {
        assertEquals(List.of(), References.faults(Manifests.built(Path.of("k8s/overlays", overlay))));
    }

    @Test
    void files_nameWhatIsThere() {
        assertEquals(List.of(), References.faults(Manifests.whole()));
    }

    /// Each fault is made once, and found. A value of `-` takes the field out.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PodDisruptionBudget|ballast|/spec/selector/matchLabels/app.kubernetes.io~1name|\"balast\""
                        + "|PodDisruptionBudget",
                "PodDisruptionBudget|ballast|/spec/selector/matchLabels|{}|PodDisruptionBudget",
                "NetworkPolicy|ballast|/spec/podSelector/matchLabels/app|\"ballast\"|Deployment: no NetworkPolicy",
                "NetworkPolicy|ballast|/spec/ingress/0/ports/0/port|\"web\"|Deployment: open are [web]",
                "NetworkPolicy|ballast|/spec/egress/1/ports/1/port|6380"
                        + "|Deployment: port 6379 of the ConfigMap is closed",
                "NetworkPolicy|ballast-migration|/spec/podSelector/matchLabels/app.kubernetes.io~1name|\"migration\""
                        + "|Job: no NetworkPolicy",
                "NetworkPolicy|ballast-migration|/spec/egress/1/ports/0/port|5433"
                        + "|Job: port 5432 of the ConfigMap is closed",
                "NetworkPolicy|ballast-migration|/spec/ingress|[{\"ports\":[{\"port\":\"http\"}]}]|Job: open are [http]",
                "Service|ballast|/spec/selector/app.kubernetes.io~1name|\"balast\"|Service selects nothing",
                "Service|ballast|/spec/ports/0/targetPort|8081|Service's port 8081",
                "Service|ballast|/spec/ports/0/name|\"web\"|ServiceMonitor's port",
                "ServiceMonitor|ballast|/spec/selector/matchLabels/app.kubernetes.io~1name|\"balast\""
                        + "|ServiceMonitor finds no Service",
                "ServiceMonitor|ballast|/spec/endpoints/0/port|\"8080\"|ServiceMonitor's port",
                "ServiceMonitor|ballast|/spec/jobLabel|\"app\"|job=\"ballast\" of the alerts is \"\"",
                "Deployment|ballast|/spec/template/spec/topologySpreadConstraints/1/labelSelector/matchLabels|{}"
                        + "|spread over \"topology.kubernetes.io/zone\"",
                "Deployment|ballast|/spec/selector/matchLabels/app.kubernetes.io~1name|\"balast\""
                        + "|the Deployment does not select its pods",
                "HorizontalPodAutoscaler|ballast|/spec/scaleTargetRef/name|\"balast\""
                        + "|HorizontalPodAutoscaler scales nothing",
                "HorizontalPodAutoscaler|ballast|/spec/scaleTargetRef/apiVersion|\"v1\""
                        + "|HorizontalPodAutoscaler scales nothing",
                "Deployment|ballast|/spec/template/spec/containers/0/resources/requests/cpu|-"
                        + "|utilization of cpu, which is not requested",
                "Deployment|ballast|/spec/template/spec/containers/0/envFrom/0/configMapRef/name|\"settings\""
                        + "|Deployment: no such ConfigMap",
                "Deployment|ballast|/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/key|\"password\""
                        + "|Deployment: README.md makes no key password of a Secret ballast",
                "Deployment|ballast|/spec/template/spec/volumes/1/secret/secretName|\"jwt\""
                        + "|Deployment: README.md makes no key jwt-public-key of a Secret jwt",
                "Deployment|ballast|/spec/template/spec/volumes/1/secret/items/0/key|\"public.pem\""
                        + "|Deployment: README.md makes no key public.pem of a Secret ballast",
                "Deployment|ballast|/spec/template/spec/volumes/0/name|\"temp\"|Deployment: volumes and mounts differ",
                "Deployment|ballast|/spec/template/spec/serviceAccountName|\"default\"|Deployment: no such ServiceAccount",
                "Deployment|ballast|/spec/template/spec/containers/0/readinessProbe/httpGet/port|\"web\""
                        + "|Deployment: port of readinessProbe",
                "Job|ballast-migration|/spec/template/metadata/labels/app.kubernetes.io~1name|\"ballast\""
                        + "|Job: open are [http];the Job's pods are taken for those of the Deployment",
                "Job|ballast-migration|/spec/template/spec/containers/0/image|\"ballast:0.9.0\""
                        + "|the Job's image is another one",
                "Job|ballast-migration|/spec/template/spec/containers/0/env/1/valueFrom/secretKeyRef/name|\"postgres\""
                        + "|Job: README.md makes no key postgres-password of a Secret postgres",
                "Job|ballast-migration|/spec/template/spec/containers/0/volumeMounts|[]|Job: volumes and mounts differ",
                "ConfigMap|ballast|/data/REDIS_URL|\"rediss://redis:6380\""
                        + "|Deployment: port 6380 of the ConfigMap is closed",
                "ConfigMap|ballast|/data/KAFKA_BOOTSTRAP|\"kafka-0:9092,kafka-1:9093\""
                        + "|Deployment: port 9093 of the ConfigMap is closed",
            })
    void faults_ofEachKind_areFound(String kind, String name, String pointer, String value, String expected)
            throws JsonProcessingException {
        List<JsonNode> all = Manifests.whole();
        change(Manifests.of(all, kind, name), pointer, value);
        assertEquals(List.of(expected.split(";")), References.faults(all));
    }

    @Test
    void ports_ofEachFormOfAddress_areFound() {
        assertEquals(Set.of(5433), References.ports("postgresql://db.example.org:5433/ballast?sslmode=verify-full"));
        assertEquals(Set.of(5432), References.ports("postgresql://db/ballast"));
        assertEquals(Set.of(443), References.ports("https://issuer.example.org"));
        assertEquals(Set.of(9092, 9093), References.ports("kafka-0.example.org:9092,kafka-1.example.org:9093"));
        assertEquals(Set.of(), References.ports("file:/etc/ballast/jwt/public.pem"));
        assertEquals(Set.of(), References.ports("1.0"));
    }

    @Test
    void configMap_thatNobodyMakes_isFound() throws Exception {
        List<JsonNode> all = Manifests.built(Path.of("k8s/overlays/production"));
        JsonNode volumes = Manifests.of(all, "Job").at("/spec/template/spec/volumes");
        Yaml.each(volumes)
                .filter(volume -> volume.has("configMap"))
                .forEach(volume -> ((ObjectNode) volume.get("configMap")).put("name", "authorities"));
        assertEquals(List.of("Job: README.md makes no ConfigMap authorities"), References.faults(all));

        List<JsonNode> without = Manifests.built(Path.of("k8s/overlays/production"));
        ((ObjectNode) Manifests.of(without, "ConfigMap").get("data"))
                .put("KAFKA_SSL_TRUSTSTORE_LOCATION", "/etc/ballast/ca/broker.pem");
        assertEquals(List.of("README.md puts no broker.pem into a ConfigMap"), References.faults(without));
    }

    /// The component opens the ports that it says, closes the usual ones, and fits production as it is.
    @Test
    void tlsPorts_takeThePlaceOfTheUsualOnes() throws Exception {
        List<JsonNode> all = withTlsPorts("");
        assertEquals(
                List.of(
                        "Deployment: port 5432 of the ConfigMap is closed",
                        "Deployment: port 6379 of the ConfigMap is closed",
                        "Deployment: port 9092 of the ConfigMap is closed",
                        "Job: port 5432 of the ConfigMap is closed"),
                References.faults(all));

        String addresses = """
                configMapGenerator:
                  - name: ballast
                    behavior: merge
                    literals:
                      - POSTGRES_URL=postgresql://postgres.example.org:5433/ballast?sslmode=verify-full
                      - REDIS_URL=rediss://redis.example.org:6380
                      - KAFKA_BOOTSTRAP=kafka-0.example.org:9093,kafka-1.example.org:9093
                """;
        assertEquals(List.of(), References.faults(withTlsPorts(addresses)));
    }

    private static List<JsonNode> withTlsPorts(String more) throws IOException, InterruptedException {
        return Manifests.builtWith("target/k8s-tls-ports", "components: [../../k8s/tls-ports]\n" + more);
    }

    private static void change(JsonNode document, String pointer, String value) throws JsonProcessingException {
        int last = pointer.lastIndexOf('/');
        JsonNode parent = document.at(pointer.substring(0, last));
        String field = pointer.substring(last + 1).replace("~1", "/");
        if (value.equals("-")) {
            ((ObjectNode) parent).remove(field);
        } else if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(field), JSON.readTree(value));
        } else {
            ((ObjectNode) parent).set(field, JSON.readTree(value));
        }
    }
}

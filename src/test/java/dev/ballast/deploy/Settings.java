package dev.ballast.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What the manifests set: names that somebody reads, TLS with all that it takes, and files that are mounted.
final class Settings {
    private static final String MOUNTED = "/etc/ballast/";
    private static final String DATABASE = "QUARKUS_DATASOURCE_";

    private final List<JsonNode> all;
    private final JsonNode pod;
    private final Map<String, String> values = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    private Settings(List<JsonNode> all) {
        this.all = all;
        this.pod = Manifests.of(all, "Deployment").at("/spec/template/spec");
        Manifests.of(all, "ConfigMap")
                .get("data")
                .propertyStream()
                .forEach(each -> values.put(each.getKey(), each.getValue().asText()));
    }

    static List<String> faults(List<JsonNode> all) {
        Settings settings = new Settings(all);
        settings.checkNames();
        examples().forEach(settings::checkExample);
        settings.checkFiles();
        settings.checkKeyOfTokens();
        return settings.faults;
    }

    private void checkNames() {
        Set<String> read = read();
        Set<String> set = new TreeSet<>(values.keySet());
        set.addAll(fromSecrets());
        set.stream().filter(name -> !read.contains(name)).forEach(name -> faults.add(name + " is read by nobody"));
    }

    /// An address that demands TLS is half of it: without the rest nobody is trusted, or anybody by any name.
    private void checkExample(Map<String, String> example) {
        String first = example.keySet().iterator().next();
        boolean demandsTls = Pattern.compile("sslmode=verify|^rediss:|SSL")
                .matcher(value(first))
                .find();
        if (!demandsTls) {
            return;
        }
        example.forEach((name, value) -> {
            boolean isRight = value.contains("<password>")
                    ? fromSecrets().contains(name)
                    : name.equals(first) || value.equals(value(name));
            if (!isRight) {
                faults.add(first + " demands TLS without " + name);
            }
        });
    }

    private void checkFiles() {
        values.forEach((name, value) -> {
            if (value.replaceFirst("^file:", "").startsWith(MOUNTED)) {
                checkFile("Deployment", pod, name, value);
                Manifests.all(all, "Job")
                        .filter(job -> name.startsWith(DATABASE)) // it calls nothing else
                        .forEach(job -> checkFile("Job", job.at("/spec/template/spec"), name, value));
            }
        });
    }

    private void checkFile(String of, JsonNode pod, String name, String value) {
        boolean isMounted = Yaml.each(pod.at("/containers/0/volumeMounts"))
                .anyMatch(mount -> value.replaceFirst("^file:", "")
                        .startsWith(mount.path("mountPath").asText() + "/"));
        if (!isMounted) {
            faults.add(of + ": " + name + " names a file that is not mounted");
        }
    }

    /// A pod whose volume wants a key that nobody makes waits for it for ever; one that lacks a key it needs lets
    /// nobody in.
    private void checkKeyOfTokens() {
        boolean isAddress = value("MP_JWT_VERIFY_PUBLICKEY_LOCATION").startsWith("https:");
        boolean isOptional = Yaml.each(pod.at("/volumes"))
                .filter(volume -> volume.path("name").asText().equals("jwt"))
                .allMatch(volume -> volume.at("/secret/optional").asBoolean());
        if (isAddress != isOptional) {
            faults.add("the key of tokens is " + (isOptional ? "optional" : "demanded"));
        }
    }

    private String value(String name) {
        return values.getOrDefault(name, "");
    }

    private Set<String> fromSecrets() {
        return Yaml.each(pod.at("/containers/0/env"))
                .map(variable -> variable.path("name").asText())
                .collect(Collectors.toSet());
    }

    /// What `application.yaml` names, and by their own names what the README's tables and examples do.
    private static Set<String> read() {
        Set<String> names = Pattern.compile("\\b[A-Z][A-Z_]{4,}\\b")
                .matcher(Yaml.read(Path.of("src/main/resources/application.yaml")))
                .results()
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
        names.addAll(Set.of(
                "BALLAST_TRACING_PSEUDONYM_KEY", "BALLAST_DATABASE_MIGRATION", "BALLAST_KAFKA_REPLICATION_FACTOR"));
        examples().forEach(example -> names.addAll(example.keySet()));
        return names;
    }

    /// The README's blocks of variables about TLS, one for each server.
    private static List<Map<String, String>> examples() {
        String section = Yaml.read(Path.of("README.md"))
                .replaceFirst("(?s)^.*\n## TLS, passwords and keys\n", "")
                .replaceFirst("(?s)\n## .*$", "");
        return Arrays.stream(section.split("\n\n"))
                .filter(block -> block.matches("(?s) {4}[A-Z_]+=.*"))
                .map(Settings::example)
                .toList();
    }

    private static Map<String, String> example(String block) {
        Map<String, String> example = new LinkedHashMap<>();
        block.lines()
                .map(line -> line.strip().replaceFirst(" +#.*$", "").split("=", 2))
                .forEach(variable -> example.put(variable[0], variable[1]));
        return example;
    }
}

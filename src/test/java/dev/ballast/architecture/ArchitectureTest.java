package dev.ballast.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rooms and the arrows between them. An import in any other direction fails here.
class ArchitectureTest {
    private static final String ROOT = "dev.ballast.";
    private static final Path SOURCES = Path.of("src/main/java/dev/ballast");
    private static final Set<String> FOUNDATION = Set.of("degradation", "tracing", "security", "problem", "failpoint");

    /// Besides the foundation rooms, which any room but they themselves may import.
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("console", Set.of()),
            Map.entry("index", Set.of()),
            Map.entry("live", Set.of()),
            Map.entry("users", Set.of("invalidation", "cache", "messaging", "kafka", "database")),
            Map.entry("payments", Set.of("messaging", "kafka", "redis", "origin", "database")),
            Map.entry("recommendations", Set.of("cache", "origin", "database")),
            Map.entry("cache", Set.of("leases", "origin", "redis")),
            Map.entry("invalidation", Set.of("cache", "database")),
            Map.entry("cacheops", Set.of("invalidation", "cache", "redis")),
            Map.entry("leases", Set.of("redis")),
            Map.entry("origin", Set.of()),
            Map.entry("ratelimit", Set.of("redis", "origin")),
            Map.entry("clientaddress", Set.of()),
            Map.entry("policies", Set.of("ratelimit", "clientaddress", "redis", "database", "audit")),
            Map.entry("admission", Set.of("clientaddress", "policies", "ratelimit")),
            Map.entry("messaging", Set.of("kafka", "offsets", "executions", "origin", "database")),
            Map.entry("offsets", Set.of("kafka", "redis")),
            Map.entry("executions", Set.of("kafka", "origin", "database")),
            Map.entry("deadletters", Set.of("messaging", "kafka", "database", "audit", "live")),
            Map.entry("audit", Set.of("database")),
            Map.entry("degradationops", Set.of("audit")),
            Map.entry("overload", Set.of()),
            Map.entry("objectives", Set.of()),
            Map.entry("retention", Set.of("kafka")),
            Map.entry("kafka", Set.of()),
            Map.entry("redis", Set.of()),
            Map.entry("database", Set.of("origin")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.ballast");

    @Test
    void rooms_importOnlyAlongTheArrows() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            String from = room(type);
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().startsWith(ROOT))
                    .map(ArchitectureTest::room)
                    .filter(to -> !allowed(from, to))
                    .forEach(to -> wrong.add(type.getName() + " imports " + to));
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void rooms_areKnownAndFlat() {
        Set<String> unknown = new TreeSet<>();
        CLASSES.forEach(type -> {
            String rest = type.getPackageName().substring(ROOT.length());
            if (!ARROWS.containsKey(rest) && !FOUNDATION.contains(rest)) {
                unknown.add(type.getPackageName());
            }
        });
        assertEquals(Set.of(), unknown);
    }

    @Test
    void rooms_haveNoCycles() {
        slices().matching("dev.ballast.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void names_sayWhatAThingIs() {
        classes()
                .should()
                .haveNameNotMatching(".*(Manager|Helper|Util|Utils|Impl|Base)")
                .check(CLASSES);
    }

    @Test
    void time_isInjected() {
        noClasses().should().callMethod(Instant.class, "now").check(CLASSES);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(CLASSES);
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(CLASSES);
        noClasses()
                .that(resideInAPackage("dev.ballast.."))
                .should()
                .callMethod(Clock.class, "systemDefaultZone")
                .check(CLASSES);
    }

    @Test
    void files_staySmall() {
        List<Path> files = sources();
        List<String> tooLong = files.stream()
                .filter(file -> lines(file) > 300)
                .map(Path::toString)
                .toList();
        assertEquals(List.of(), tooLong);
        long[] lengths = files.stream()
                .filter(file -> !file.endsWith("package-info.java"))
                .mapToLong(ArchitectureTest::lines)
                .sorted()
                .toArray();
        assertTrue(lengths[lengths.length / 2] < 60, "median file length is " + lengths[lengths.length / 2]);
    }

    /// The formatter breaks a Markdown comment that is too long into one that is no longer a Javadoc.
    @Test
    void comments_areNotTornByTheFormatter() {
        Pattern torn = Pattern.compile("(?m)^ *///.*\\R *//(?!/).*");
        Set<String> found = new TreeSet<>();
        for (Path file : sources()) {
            torn.matcher(text(file)).results().forEach(match -> found.add(file + ": " + match.group()));
        }
        assertEquals(Set.of(), found);
    }

    @Test
    void rooms_openWithTheirPromiseAndStaySmall() {
        Map<Path, List<Path>> rooms = sources().stream().collect(groupingBy(Path::getParent));
        rooms.forEach((room, files) -> {
            assertTrue(Files.exists(room.resolve("package-info.java")), room + " has no package-info.java");
            assertTrue(files.size() <= 21, room + " has " + files.size() + " files");
        });
    }

    private static boolean allowed(String from, String to) {
        if (from.equals(to)) {
            return true;
        }
        return FOUNDATION.contains(from)
                ? to.equals("problem") && !from.equals("problem")
                : FOUNDATION.contains(to) && !from.equals("console")
                        || ARROWS.getOrDefault(from, Set.of()).contains(to);
    }

    private static String room(JavaClass type) {
        return type.getPackageName().substring(ROOT.length()).replaceFirst("[.].*", "");
    }

    private static List<Path> sources() {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static long lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

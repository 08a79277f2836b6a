package dev.ballast.console;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PageFilesTest {
    private static final Path SOURCES = Path.of("src/main/resources/META-INF/resources/console");
    private static final int BUDGET = 200_000;

    private final PageFiles files = new PageFiles(Map.of());

    @Test
    void names_areAllFilesThatThereAre() throws IOException {
        try (Stream<Path> there = Files.walk(SOURCES)) {
            Set<String> own = there.filter(Files::isRegularFile)
                    .map(file -> SOURCES.relativize(file).toString())
                    .collect(toCollection(TreeSet::new));
            Set<String> served = PageFiles.NAMES.stream()
                    .filter(name -> !name.startsWith("lib/"))
                    .collect(toCollection(TreeSet::new));
            assertEquals(own, served);
        }
    }

    @Test
    void named_anythingElse_isNothing() {
        for (String name : List.of("nothing.js", "../application.yaml", "lib/", "INDEX.HTML", "lib/../app.js")) {
            assertNull(files.named(name), name);
        }
        assertEquals(files.named("index.html"), files.named(""));
    }

    @Test
    void all_compressed_areWithinTheBudget() {
        int sum = PageFiles.NAMES.stream()
                .mapToInt(name -> files.named(name).compressed().length())
                .sum();
        System.out.println("operations page: " + sum + " bytes compressed");
        assertTrue(sum < BUDGET, sum + " bytes");
    }

    @Test
    void tags_followTheContent() {
        assertNotEquals(files.named("app.js").tag(), files.named("api.js").tag());
        assertTrue(files.named("app.js").tag().matches("\"[A-Za-z0-9_-]{16}\""));
    }

    /// All that the first paint needs is asked for at once, and not wave after wave, as each module names the next; the
    /// views come after it.
    @Test
    void page_preloadsEveryModuleOfItsFirstPaint_andNoView() throws IOException {
        Set<String> needed = new TreeSet<>();
        imports("app.js", needed);
        assertTrue(needed.containsAll(Set.of("lib/lit-html.js", "signin.js", "api.js")), needed.toString());
        Set<String> preloaded = Pattern.compile("<link rel=\"modulepreload\" href=\"([^\"]+)\">")
                .matcher(Files.readString(SOURCES.resolve("index.html")))
                .results()
                .map(link -> link.group(1))
                .collect(toCollection(TreeSet::new));
        assertEquals(needed, preloaded);
        assertFalse(needed.contains("overview.js"), needed.toString());
    }

    private static void imports(String module, Set<String> found) throws IOException {
        Pattern named = Pattern.compile("(?m)^import .* from '\\./([^']+)';$");
        for (MatchResult each : named.matcher(Files.readString(SOURCES.resolve(module)))
                .results()
                .toList()) {
            String name = each.group(1);
            if (found.add(name) && !name.startsWith("lib/")) {
                imports(name, found);
            }
        }
    }

    /// The Content-Security-Policy refuses them; a page that relied on one would be broken without a word.
    @Test
    void page_hasNoInlineScriptOrStyle_andNoOtherHost() throws IOException {
        Pattern inline =
                Pattern.compile("style=|javascript:|\\son[a-z]+=|<script(?![^>]* src=)|https?://(?!www\\.w3\\.org/)");
        for (String name : PageFiles.NAMES) {
            if (!name.startsWith("lib/")) {
                String text = Files.readString(SOURCES.resolve(name));
                assertFalse(inline.matcher(text).find(), name);
            }
        }
    }
}

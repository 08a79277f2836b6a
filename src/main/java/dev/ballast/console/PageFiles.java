package dev.ballast.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What there is under `/console/`, by name. A fixed list: no path that a caller writes is looked up anywhere.
final class PageFiles {
    static final String PLACE = "/META-INF/resources/console/";
    static final String FIRST = "index.html";

    static final List<String> NAMES = List.of(
            FIRST,
            "icon.svg",
            "console.css",
            "app.js",
            "api.js",
            "session.js",
            "feed.js",
            "charts.js",
            "draw.js",
            "poll.js",
            "show.js",
            "signin.js",
            "views.js",
            "overview.js",
            "deadletters.js",
            "letter.js",
            "bulk.js",
            "cache.js",
            "limits.js",
            "degradation.js",
            "audit.js",
            "lib/lit-html.js",
            "lib/uPlot.esm.js",
            "lib/uPlot.min.css");

    private final Map<String, PageFile> files = new LinkedHashMap<>();

    /// Reads them all, some hundred kilobytes.
    PageFiles(Map<String, PageFile> others) {
        NAMES.forEach(name -> files.put(name, PageFile.read(PLACE, name)));
        files.putAll(others);
    }

    /// The file of this name; the page itself for none.
    @Nullable
    PageFile named(String name) {
        return files.get(name.isEmpty() ? FIRST : name);
    }
}

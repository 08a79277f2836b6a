package dev.ballast.tracing;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What goes with each export, as the standard's variable has it: `name=value,…`, values percent-encoded. They are
/// tokens, mostly: no message repeats one.
final class ExportHeaders {
    private static final String KEY = "ballast.tracing.export.headers (OTEL_EXPORTER_OTLP_HEADERS)";

    /// A field name of RFC 9110, without the signs that nobody uses.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    private static final Pattern VALUE = Pattern.compile("(?:[^%]|%[0-9A-Fa-f]{2})*");

    private ExportHeaders() {}

    /// Of a text without problems.
    static Map<String, String> of(String text) {
        Map<String, String> headers = new HashMap<>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                // a plus is a plus here, unlike in a form
                String value = pair.substring(equals + 1).strip().replace("+", "%2B");
                headers.put(pair.substring(0, equals).strip(), URLDecoder.decode(value, StandardCharsets.UTF_8));
            }
        }
        return headers;
    }

    static List<String> problems(String text) {
        List<String> problems = new ArrayList<>();
        String[] pairs = text.split(",", -1);
        for (int i = 0; i < pairs.length; i++) {
            if (pairs[i].isBlank()) {
                continue;
            }
            int equals = pairs[i].indexOf('=');
            String name = pairs[i].substring(0, Math.max(equals, 0)).strip();
            if (!NAME.matcher(name).matches()) {
                problems.add(KEY + ": what is number " + (i + 1) + " between the commas is no name=value");
            } else if (!VALUE.matcher(pairs[i].substring(equals + 1)).matches()) {
                problems.add(KEY + ": the value of " + name + " is not percent-encoded: a % by itself is %25");
            }
        }
        return problems;
    }
}

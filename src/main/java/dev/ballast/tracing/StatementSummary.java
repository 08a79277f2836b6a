package dev.ballast.tracing;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an SQL statement does, in a few words: the tables it changes, else the first one it reads. `db.query.summary`
/// of OpenTelemetry's conventions, and the name of the statement's span. Safe for use from every thread.
final class StatementSummary {
    /// A table that is inserted into, updated or deleted from. `FOR UPDATE` and `DO UPDATE SET` name none.
    private static final Pattern CHANGE = Pattern.compile(
            "\\b(INSERT)\\s+INTO\\s+(\\w+)|\\b(DELETE)\\s+FROM\\s+(\\w+)"
                    + "|(?<!FOR )(?<!DO )(?<!KEY )\\b(UPDATE)\\s+(?!SET\\b|SKIP\\b|OF\\b|NOWAIT\\b)(\\w+)",
            Pattern.CASE_INSENSITIVE);

    /// A table and no function, which an opening parenthesis follows.
    private static final Pattern READ =
            Pattern.compile("(?<!DISTINCT )\\bFROM\\s+(\\w+)\\b(?!\\s*\\()", Pattern.CASE_INSENSITIVE);

    private static final Pattern PART = Pattern.compile("(\\w+)\\s+AS\\s+\\(", Pattern.CASE_INSENSITIVE);
    private static final Pattern FIRST_WORD = Pattern.compile("[A-Za-z]+");

    /// More statements than the service has: whatever is beyond is looked at each time.
    private static final int KNOWN = 1_000;

    private static final Map<String, String> SUMMARIES = new ConcurrentHashMap<>();

    private StatementSummary() {}

    /// @param statement without comments
    static String of(String statement) {
        String known = SUMMARIES.get(statement);
        if (known != null) {
            return known;
        }
        String summary = summarized(statement);
        if (SUMMARIES.size() < KNOWN) {
            SUMMARIES.put(statement, summary);
        }
        return summary;
    }

    private static String summarized(String statement) {
        Set<String> changes = new LinkedHashSet<>();
        Matcher change = CHANGE.matcher(statement);
        while (change.find()) {
            for (int group = 1; group < change.groupCount(); group += 2) {
                String verb = change.group(group);
                if (verb != null) {
                    changes.add(verb.toUpperCase(Locale.ROOT) + " " + change.group(group + 1));
                }
            }
        }
        return changes.isEmpty() ? read(statement) : String.join(" ", changes);
    }

    private static String read(String statement) {
        Set<String> parts = new LinkedHashSet<>();
        PART.matcher(statement).results().forEach(part -> parts.add(part.group(1)));
        return READ.matcher(statement)
                .results()
                .map(read -> read.group(1))
                .filter(table -> !parts.contains(table))
                .findFirst()
                .map(table -> "SELECT " + table)
                .orElseGet(() -> firstWord(statement));
    }

    private static String firstWord(String statement) {
        Matcher word = FIRST_WORD.matcher(statement);
        return word.find() ? word.group().toUpperCase(Locale.ROOT) : "SQL";
    }
}

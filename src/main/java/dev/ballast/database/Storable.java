package dev.ballast.database;

/// Makes texts of any origin fit for a `text` column.
public final class Storable {
    private Storable() {}

    /// Without NUL characters, which PostgreSQL refuses, and at most `limit` characters long.
    public static String text(String any, int limit) {
        String clean = any.replace('\0', '\uFFFD');
        return clean.length() <= limit ? clean : clean.substring(0, limit);
    }
}

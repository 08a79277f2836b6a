package dev.ballast.cache;

import java.util.Locale;

/// What became of an invalidation.
public enum Invalidation {
    /// Redis and this pod's memory hold nothing older.
    ACKNOWLEDGED,
    /// Redis could not take it: this pod's memory is clean, but Redis may hold the old value until its TTL ends.
    DEFERRED;

    /// Acknowledged where all whom it concerns were told.
    public static Invalidation of(boolean told) {
        return told ? ACKNOWLEDGED : DEFERRED;
    }

    /// The value of the `Ballast-Invalidation` header: `acknowledged` or `deferred`.
    public String header() {
        return name().toLowerCase(Locale.ROOT);
    }
}

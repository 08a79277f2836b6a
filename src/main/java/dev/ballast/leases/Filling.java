package dev.ballast.leases;

/// What became of a fill.
public enum Filling {
    /// The store holds the value.
    STORED,
    /// The lease was not the caller's any more: the key was invalidated, or the lease ran out. The value may be old.
    REJECTED,
    /// No answer; whether the value is stored is unknown, but if it is, then rightly.
    UNKNOWN
}

package dev.ballast.security;

/// The roles a token may carry in its `groups` claim.
public final class Roles {
    /// Reaches what belongs to its own `sub`.
    public static final String USER = "user";
    /// Reaches any user's data: a backend that speaks for many.
    public static final String SERVICE = "service";
    /// Reaches the operators' calls under `/ops` too.
    public static final String OPERATOR = "operator";

    private Roles() {}
}

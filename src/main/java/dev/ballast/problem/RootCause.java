package dev.ballast.problem;

/// The innermost cause in words, for a log line: the outer ones mostly say that something failed.
public final class RootCause {
    private RootCause() {}

    /// Class and message of the innermost cause.
    public static String of(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}

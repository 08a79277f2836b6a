package dev.ballast.messaging;

/// The innermost cause in words, for a log line: the outer ones mostly say that something failed.
final class RootCause {
    private RootCause() {}

    static String of(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}

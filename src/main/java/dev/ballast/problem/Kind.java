package dev.ballast.problem;

/// What went wrong in the words of the domain; the edge turns it into an HTTP status.
public enum Kind {
    /// The request is malformed or outside what is allowed.
    INVALID(400, "Invalid request"),
    /// The caller is known, but may not do this.
    FORBIDDEN(403, "Forbidden"),
    /// No such thing.
    NOT_FOUND(404, "Not found"),
    /// Something else already holds the place.
    CONFLICT(409, "Conflict"),
    /// A condition of the request no longer holds.
    PRECONDITION_FAILED(412, "Precondition failed"),
    /// Well-formed, but contradicts what was said before.
    CONTRADICTION(422, "Contradicts an earlier request"),
    /// A dependency that cannot be done without is away; the same request may succeed later.
    UNAVAILABLE(503, "Temporarily unavailable");

    private final int status;
    private final String title;

    Kind(int status, String title) {
        this.status = status;
        this.title = title;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }
}

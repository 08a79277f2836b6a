package dev.ballast.users;

/// Text that shows as it is wherever it is shown.
final class Printable {
    /// No control characters, line separators or halves of surrogate pairs, and nothing that turns the direction of
    /// the text around it; joiners stay, since names are written with them.
    static final String TEXT = "[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}]*+";

    static final String RULE = "must not hold control characters or half a surrogate pair";

    private Printable() {}
}

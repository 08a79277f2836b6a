package dev.ballast.users;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The versions that `If-Match` or `If-None-Match` names (RFC 9110, section 13). The entity tag of a user
/// is its version in quotes.
sealed interface Precondition {
    /// No such header: any state of the user will do, and none matches.
    record None() implements Precondition {}

    /// `*`: any version that exists.
    record AnyVersion() implements Precondition {}

    /// The versions listed; other tags in the list can match no user and are left out.
    record Versions(List<Long> versions) implements Precondition {}

    /// A tag, strong or weak. Possessive, so that a header made to hurt takes no more than one pass.
    Pattern TAG = Pattern.compile("(W/)?+\"([^\"]*+)\"\\s*+(?:,|$)");

    static String entityTag(User user) {
        return "\"" + user.version() + "\"";
    }

    /// `If-Match` compares strongly: a weak tag matches nothing.
    static Precondition ifMatch(@Nullable String header) {
        return parse(header, false);
    }

    /// `If-None-Match` compares weakly: `W/"3"` is as good as `"3"`.
    static Precondition ifNoneMatch(@Nullable String header) {
        return parse(header, true);
    }

    /// Whether the header names this version.
    default boolean matches(long version) {
        return switch (this) {
            case None none -> false;
            case AnyVersion any -> true;
            case Versions listed -> listed.versions().contains(version);
        };
    }

    /// For SQL: the versions allowed, or null where any is.
    default Long @Nullable [] parameter() {
        return this instanceof Versions listed ? listed.versions().toArray(Long[]::new) : null;
    }

    private static Precondition parse(@Nullable String header, boolean weakToo) {
        if (header == null || header.isBlank()) {
            return new None();
        }
        if (header.strip().equals("*")) {
            return new AnyVersion();
        }
        List<Long> versions = new ArrayList<>();
        Matcher tag = TAG.matcher(header);
        while (tag.find()) {
            if ((tag.group(1) == null || weakToo) && tag.group(2).matches("[1-9][0-9]{0,17}")) {
                versions.add(Long.valueOf(tag.group(2)));
            }
        }
        return new Versions(List.copyOf(versions));
    }
}

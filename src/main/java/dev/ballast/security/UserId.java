package dev.ballast.security;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A user's id as it stands in a path or query: read strictly, so that a slip is named and not guessed at.
@Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1", examples = "1")
public record UserId(long value) {
    /// Reads a path parameter; called by the REST layer.
    ///
    /// @throws Invalid for anything but a positive whole number of up to 18 digits
    public static UserId fromString(String text) {
        if (text.length() > 18 || !text.matches("[1-9][0-9]*")) {
            throw new Invalid(text);
        }
        return new UserId(Long.parseLong(text));
    }

    /// What was given is no user id.
    public static final class Invalid extends DomainException {
        Invalid(String given) {
            super(
                    Kind.INVALID,
                    "a user id is a positive whole number of up to 18 digits, not '%s'".formatted(shown(given)));
        }

        /// Enough of it to recognise one's own mistake, and nothing a terminal would obey.
        private static String shown(String given) {
            String clean = given.replaceAll("\\p{Cntrl}", "?");
            return clean.length() <= 24 ? clean : clean.substring(0, 24) + "…";
        }
    }
}

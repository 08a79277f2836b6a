package dev.ballast.users;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A user's id as it stands in a path or query: read strictly, so that a slip is named and not guessed at.
@Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1", examples = "1")
record UserId(long value) {
    /// Reads a path parameter; called by the REST layer.
    ///
    /// @throws UserException.InvalidId for anything but a positive whole number of up to 18 digits
    public static UserId fromString(String text) {
        if (text.length() > 18 || !text.matches("[1-9][0-9]*")) {
            throw new UserException.InvalidId(text);
        }
        return new UserId(Long.parseLong(text));
    }
}

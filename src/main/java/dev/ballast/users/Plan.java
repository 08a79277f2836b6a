package dev.ballast.users;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// What a user pays for.
public enum Plan {
    FREE,
    PRO,
    ENTERPRISE;

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

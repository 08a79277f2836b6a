package dev.ballast.policies;

import java.util.Locale;

/// Names an endpoint by its method and route template: `GET /users/{id}` is `get-users-id`.
public final class EndpointId {
    /// As long as a policy's name may be.
    private static final int LONGEST = 64;

    private EndpointId() {}

    /// The id. Only letters and digits of the template count, and of its parameters the names.
    public static String of(String method, String template) {
        StringBuilder id = new StringBuilder(method.toLowerCase(Locale.ROOT));
        int braces = 0;
        boolean expression = false;
        boolean apart = true;
        for (int at = 0; at < template.length() && id.length() < LONGEST; at++) {
            char c = Character.toLowerCase(template.charAt(at));
            braces += c == '{' ? 1 : c == '}' ? -1 : 0;
            expression = braces > 0 && (expression || c == ':');
            boolean counts = !expression && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
            if (counts && apart) {
                id.append('-');
            }
            if (counts && id.length() < LONGEST) {
                id.append(c);
            }
            apart = !counts && (apart || !expression);
        }
        return id.charAt(id.length() - 1) == '-' ? id.substring(0, id.length() - 1) : id.toString();
    }
}

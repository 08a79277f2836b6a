package dev.ballast.tracing;

import java.util.StringJoiner;
import java.util.regex.Pattern;

/// What a trace may say of an address: the names of places and parameters, and not of whom they are.
final class Discretion {
    private static final String HIDDEN = "*";
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern VARIABLES = Pattern.compile("\\{[^}]*}");

    /// A parameter's name as an API has it; anything else may be what somebody typed.
    private static final Pattern NAME = Pattern.compile("[A-Za-z_-]{1,32}");

    /// No name of a place is longer, and tokens are.
    private static final int LONGEST = 64;

    private Discretion() {}

    /// The path of a route, with nothing of what stood in place of its variables.
    static String route(String template) {
        return VARIABLES.matcher(template).replaceAll(HIDDEN);
    }

    /// A path or a whole URL that no route is known of: ids of users, addresses of e-mail and what is longer than a
    /// name are hidden.
    static String url(String given) {
        int end = given.indexOf('?');
        String path = end < 0 ? given : given.substring(0, end);
        String[] segments = path.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            if (isOfSomebody(segments[i])) {
                segments[i] = HIDDEN;
            }
        }
        String shown = String.join("/", segments);
        return end < 0 ? shown : shown + "?" + query(given.substring(end + 1));
    }

    /// The query of a URL, with the names of its parameters alone.
    static String query(String given) {
        StringJoiner shown = new StringJoiner("&");
        for (String parameter : given.split("&", -1)) {
            shown.add(parameter(parameter));
        }
        return shown.toString();
    }

    private static String parameter(String given) {
        int equals = given.indexOf('=');
        if (equals < 0) {
            return HIDDEN;
        }
        String name = given.substring(0, equals);
        return (NAME.matcher(name).matches() ? name : HIDDEN) + "=" + HIDDEN;
    }

    private static boolean isOfSomebody(String segment) {
        return segment.length() > LONGEST
                || segment.indexOf('@') >= 0
                || segment.contains("%")
                || DIGITS.matcher(segment).matches();
    }
}

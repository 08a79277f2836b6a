package dev.ballast.payments;

import java.util.regex.Pattern;

/// What ids look like in paths, bodies and records.
final class Ids {
    /// Fits Kafka headers, Redis keys and URLs without escaping; `..` would lead elsewhere in a URL.
    static final String ORDER = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}";

    static final String ORDER_RULE = "must be 1 to 64 characters of A-Z a-z 0-9 . _ -, the first of them no dot";
    static final long MAX_USER = 999_999_999_999_999_999L;
    static final String USER_RULE = "must be a positive whole number of at most 18 digits";

    private static final Pattern ORDER_ID = Pattern.compile(ORDER);
    private static final Pattern USER_ID = Pattern.compile("[1-9][0-9]{0,17}");

    private Ids() {}

    /// @throws PaymentRejected for what cannot be an order id
    static String order(String text) {
        if (!ORDER_ID.matcher(text).matches()) {
            throw PaymentRejected.invalid("the order id " + ORDER_RULE);
        }
        return text;
    }

    /// @throws PaymentRejected for what cannot be a user id
    static long user(String text) {
        if (!USER_ID.matcher(text).matches()) {
            throw PaymentRejected.invalid("the user id " + USER_RULE);
        }
        return Long.parseLong(text);
    }
}

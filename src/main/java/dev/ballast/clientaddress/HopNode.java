package dev.ballast.clientaddress;

import org.jspecify.annotations.Nullable;

/// Reads who one hop was called by.
final class HopNode {
    private static final int LONGEST_PORT = 32;

    private HopNode() {}

    /// Of an element of `X-Forwarded-For`: an address, maybe with a port, maybe in quotation marks.
    static @Nullable ClientAddress ofXForwardedFor(String text, int begin, int end) {
        return isQuoted(text, begin, end) ? node(text, begin + 1, end - 1) : node(text, begin, end);
    }

    /// Of an element of `Forwarded`: the value of its one `for`.
    static @Nullable ClientAddress ofForwarded(String text, int begin, int end) {
        ClientAddress found = null;
        int at = begin;
        while (at < end) {
            int pairEnd = endOfPair(text, at, end);
            int from = skipBlanks(text, at, pairEnd);
            if (isFor(text, from, pairEnd)) {
                if (found != null) {
                    return null;
                }
                int valueEnd = skipBlanksBack(text, from + 4, pairEnd);
                found = ofXForwardedFor(text, from + 4, valueEnd);
                if (found == null) {
                    return null;
                }
            }
            at = pairEnd + 1;
        }
        return found;
    }

    private static boolean isFor(String text, int begin, int end) {
        return end - begin > 4 && text.regionMatches(true, begin, "for=", 0, 4);
    }

    /// The semicolon that ends it, or the element's end.
    private static int endOfPair(String text, int begin, int end) {
        boolean quoted = false;
        for (int at = begin; at < end; at++) {
            char c = text.charAt(at);
            if (c == '\\' && quoted) {
                at++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                return at;
            }
        }
        return end;
    }

    private static boolean isQuoted(String text, int begin, int end) {
        return end - begin >= 2 && text.charAt(begin) == '"' && text.charAt(end - 1) == '"';
    }

    private static int skipBlanks(String text, int begin, int end) {
        int at = begin;
        while (at < end && Hops.isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int skipBlanksBack(String text, int begin, int end) {
        int at = end;
        while (at > begin && Hops.isBlank(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    /// An address, then maybe a port. An IPv6 address with a port has brackets, so that the two can be told apart.
    private static @Nullable ClientAddress node(String text, int begin, int end) {
        if (begin >= end) {
            return null;
        }
        if (text.charAt(begin) == '[') {
            int closing = text.indexOf(']', begin);
            boolean closed = closing > 0 && closing < end;
            return closed && (closing + 1 == end || isPort(text, closing + 1, end))
                    ? AddressLiteral.read(text, begin, closing + 1)
                    : null;
        }
        int colon = text.indexOf(':', begin);
        boolean one = colon > 0 && colon < end && !contains(text, ':', colon + 1, end);
        if (!one) {
            return AddressLiteral.read(text, begin, end);
        }
        return isPort(text, colon, end) ? AddressLiteral.read(text, begin, colon) : null;
    }

    private static boolean contains(String text, char wanted, int begin, int end) {
        int found = text.indexOf(wanted, begin);
        return found >= 0 && found < end;
    }

    /// A colon, then digits or, as RFC 7239 has it, an obfuscated name.
    private static boolean isPort(String text, int colon, int end) {
        int first = colon + 1;
        if (first >= end || end - first > LONGEST_PORT || text.charAt(colon) != ':') {
            return false;
        }
        boolean named = text.charAt(first) == '_';
        for (int at = first; at < end; at++) {
            char c = text.charAt(at);
            boolean digit = c >= '0' && c <= '9';
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
            if (!digit && !(named && letter)) {
                return false;
            }
        }
        return named || end - first <= 5;
    }
}

package dev.ballast.clientaddress;

import org.jspecify.annotations.Nullable;

/// Reads IP addresses as RFC 3986 and RFC 4291 write them, strictly: where two programs could read the same text
/// differently, as with octal or missing parts, an attacker would choose the reading. Allocates nothing but the result.
final class AddressLiteral {
    private static final int GROUPS = 8;
    private static final long MAPPED = 0xffffL << 32;
    private static final int LONGEST_ZONE = 64;

    private final String text;
    private final int end;
    private int at;

    private AddressLiteral(String text, int begin, int end) {
        this.text = text;
        this.at = begin;
        this.end = end;
    }

    /// The address that the characters from `begin` to before `end` are, or null where they are none.
    static @Nullable ClientAddress read(String text, int begin, int end) {
        if (begin >= end) {
            return null;
        }
        if (text.charAt(begin) == '[') {
            return text.charAt(end - 1) == ']' ? v6WithZone(text, begin + 1, end - 1) : null;
        }
        for (int i = begin; i < end && i - begin < 5; i++) {
            if (text.charAt(i) == ':') {
                return v6WithZone(text, begin, end);
            }
        }
        long v4 = new AddressLiteral(text, begin, end).wholeV4();
        return v4 < 0 ? null : new ClientAddress(0, v4, true);
    }

    /// The zone says through which interface of that machine; it is no part of who that is.
    private static @Nullable ClientAddress v6WithZone(String text, int begin, int end) {
        int zone = text.indexOf('%', begin);
        if (zone < 0 || zone >= end) {
            return new AddressLiteral(text, begin, end).v6();
        }
        return isZone(text, zone + 1, end) ? new AddressLiteral(text, begin, zone).v6() : null;
    }

    private static boolean isZone(String text, int begin, int end) {
        for (int i = begin; i < end; i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '.' && c != '_' && c != '-' && c != '~') {
                return false;
            }
        }
        return begin < end && end - begin <= LONGEST_ZONE;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /// All 32 bits, or -1.
    private long wholeV4() {
        long v4 = v4();
        return at == end ? v4 : -1;
    }

    private long v4() {
        long bits = 0;
        for (int part = 0; part < 4; part++) {
            if (part > 0 && !skip('.')) {
                return -1;
            }
            int octet = octet();
            if (octet < 0) {
                return -1;
            }
            bits = (bits << 8) | octet;
        }
        return bits;
    }

    private int octet() {
        int begin = at;
        int value = 0;
        while (at < end && at - begin < 3 && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            value = value * 10 + text.charAt(at++) - '0';
        }
        boolean leadingZero = at - begin > 1 && text.charAt(begin) == '0';
        return at == begin || leadingZero || value > 255 ? -1 : value;
    }

    private @Nullable ClientAddress v6() {
        long[] halves = new long[2];
        int count = 0; // groups so far
        int gap = -1; // before which of them the zeros stand that `::` leaves out
        if (skip(':')) {
            if (!skip(':')) {
                return null;
            }
            gap = 0;
        }
        while (at < end && count < GROUPS) {
            int begin = at;
            int group = group();
            if (group < 0) {
                return null;
            }
            if (at < end && text.charAt(at) == '.') {
                at = begin;
                return embedded(halves, count, gap);
            }
            put(halves, count++, group);
            if (at == end) {
                break;
            }
            if (!skip(':') || at == end) {
                return null;
            }
            if (skip(':')) {
                if (gap >= 0) {
                    return null;
                }
                gap = count;
            }
        }
        return at == end ? assembled(halves, count, gap) : null;
    }

    /// With an IPv4 address in place of the last two groups.
    private @Nullable ClientAddress embedded(long[] halves, int count, int gap) {
        long v4 = wholeV4();
        if (v4 < 0 || count > GROUPS - 2) {
            return null;
        }
        put(halves, count, (int) (v4 >>> 16));
        put(halves, count + 1, (int) (v4 & 0xffff));
        return assembled(halves, count + 2, gap);
    }

    private int group() {
        int begin = at;
        int value = 0;
        while (at < end && at - begin < 4 && Character.digit(text.charAt(at), 16) >= 0 && text.charAt(at) < 128) {
            value = (value << 4) | Character.digit(text.charAt(at++), 16);
        }
        return at == begin ? -1 : value;
    }

    private static void put(long[] halves, int index, int group) {
        halves[index / 4] |= (long) group << (48 - 16 * (index % 4));
    }

    private static int get(long[] halves, int index) {
        return (int) (halves[index / 4] >>> (48 - 16 * (index % 4))) & 0xffff;
    }

    private static @Nullable ClientAddress assembled(long[] halves, int count, int gap) {
        if (gap < 0) {
            return count == GROUPS ? unmapped(halves) : null;
        }
        if (count == GROUPS) {
            return null;
        }
        long[] spread = new long[2];
        for (int i = 0; i < count; i++) {
            put(spread, i < gap ? i : i + GROUPS - count, get(halves, i));
        }
        return unmapped(spread);
    }

    private static ClientAddress unmapped(long[] halves) {
        boolean mapped = halves[0] == 0 && (halves[1] & ~0xffffffffL) == MAPPED;
        return mapped
                ? new ClientAddress(0, halves[1] & 0xffffffffL, true)
                : new ClientAddress(halves[0], halves[1], false);
    }

    private boolean skip(char expected) {
        if (at < end && text.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }
}

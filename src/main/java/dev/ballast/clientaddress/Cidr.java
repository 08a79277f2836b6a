package dev.ballast.clientaddress;

import org.jspecify.annotations.Nullable;

/// A network, such as `10.0.0.0/8` or `2001:db8::/32`; an address alone is a network of itself.
///
/// @param base its lowest address
/// @param prefix how many bits are the network's, out of 32 or 128
public record Cidr(ClientAddress base, int prefix) {
    private static final int HALF = 64;

    /// Reads a network. Bits beyond the prefix must be zero: where they are not, a digit was forgotten.
    ///
    /// @throws IllegalArgumentException says what is allowed
    public static Cidr parse(String text) {
        Cidr read = readOrNull(text);
        if (read == null) {
            throw new IllegalArgumentException(
                    "'%s' is not a network such as 10.0.0.0/8 or 2001:db8::/32".formatted(shown(text)));
        }
        if (!read.hasCleanBase()) {
            throw new IllegalArgumentException(
                    "'%s' has bits beyond its prefix; zero them, or lengthen the prefix".formatted(shown(text)));
        }
        return read;
    }

    /// Without the check of the bits beyond the prefix; null where it is no network.
    static @Nullable Cidr readOrNull(String text) {
        int slash = text.indexOf('/');
        int end = slash < 0 ? text.length() : slash;
        ClientAddress base = AddressLiteral.read(text, 0, end);
        if (base == null || text.startsWith("[") || text.indexOf('%') >= 0) {
            return null;
        }
        boolean writtenAsV6 = text.indexOf(':') >= 0;
        int most = writtenAsV6 ? 128 : 32;
        int prefix = slash < 0 ? most : number(text, slash + 1);
        if (prefix < 0 || prefix > most) {
            return null;
        }
        if (base.isV4() && writtenAsV6) {
            // ::ffff:10.0.0.0/104 is 10.0.0.0/8; a shorter prefix would hold more than IPv4
            return prefix < 96 ? null : new Cidr(base, prefix - 96);
        }
        return new Cidr(base, prefix);
    }

    /// Whether the address lies in this network.
    public boolean contains(ClientAddress address) {
        if (address.isV4() != base.isV4()) {
            return false;
        }
        if (base.isV4()) {
            return ((address.low() ^ base.low()) & mask(prefix + HALF - 32)) == 0;
        }
        return ((address.high() ^ base.high()) & mask(Math.min(prefix, HALF))) == 0
                && ((address.low() ^ base.low()) & mask(Math.max(prefix - HALF, 0))) == 0;
    }

    private boolean hasCleanBase() {
        return base.isV4()
                ? (base.low() & ~mask(prefix + HALF - 32)) == 0
                : (base.high() & ~mask(Math.min(prefix, HALF))) == 0
                        && (base.low() & ~mask(Math.max(prefix - HALF, 0))) == 0;
    }

    /// The highest `bits` of 64. Of IPv4 the upper 32 are zero in every address.
    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (HALF - bits);
    }

    private static int number(String text, int begin) {
        int length = text.length() - begin;
        if (length < 1 || length > 3 || (length > 1 && text.charAt(begin) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = begin; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}

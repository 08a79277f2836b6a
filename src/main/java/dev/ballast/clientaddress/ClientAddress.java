package dev.ballast.clientaddress;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An IP address. One that is an IPv4 address mapped into IPv6 is that IPv4 address.
///
/// @param high the first 64 bits; 0 for IPv4
/// @param low the last 64 bits, or the 32 of IPv4
/// @param isV4 which of the two
public record ClientAddress(long high, long low, boolean isV4) {
    private static final int HALF = 64;

    /// Reads a literal, with or without brackets and zone, and nothing else: no name, no port, no other notation.
    public static Optional<ClientAddress> parse(String literal) {
        return Optional.ofNullable(AddressLiteral.read(literal, 0, literal.length()));
    }

    /// Whose requests are counted together: an IPv4 address, or the /64 that an IPv6 address lies in, which is the
    /// least that a subscriber has and can send from at will.
    public String identifier() {
        return isV4 ? v4() : v6Network();
    }

    /// The identifier that a person means by an address, or by a network of 64 bits as [#identifier] writes it.
    public static Optional<String> identifierOf(String text) {
        @Nullable Cidr network = text.endsWith("/64") ? Cidr.readOrNull(text) : null;
        return network != null
                ? Optional.of(network.base().identifier())
                : parse(text).map(ClientAddress::identifier);
    }

    private String v4() {
        return ((low >>> 24) & 0xff) + "." + ((low >>> 16) & 0xff) + "." + ((low >>> 8) & 0xff) + "." + (low & 0xff);
    }

    /// As RFC 5952 writes it: the zeros at the end are always the longest run.
    private String v6Network() {
        StringBuilder text = new StringBuilder(24);
        long rest = high;
        for (int shift = HALF - 16; rest != 0; shift -= 16) {
            text.append(Long.toHexString((high >>> shift) & 0xffff));
            rest = shift == 0 ? 0 : high << (HALF - shift);
            if (rest != 0) {
                text.append(':');
            }
        }
        return text.append("::/64").toString();
    }
}

package dev.ballast.clientaddress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    private static final int ROUNDS = 20_000;

    private final Random random = new Random(42);

    @Test
    void contains_randomAddresses_agreesWithBigIntegers() {
        for (int i = 0; i < ROUNDS; i++) {
            int bits = random.nextBoolean() ? 32 : 128;
            int prefix = random.nextInt(bits + 1);
            BigInteger base =
                    new BigInteger(bits, random).shiftRight(bits - prefix).shiftLeft(bits - prefix);
            // close enough to lie inside about as often as outside
            BigInteger address = base.xor(new BigInteger(Math.min(bits, bits - prefix + random.nextInt(3)), random));
            boolean inside = address.shiftRight(bits - prefix).equals(base.shiftRight(bits - prefix));

            Cidr network = Cidr.parse(literal(base, bits) + "/" + prefix);

            assertEquals(inside, network.contains(address(address, bits)), network + " " + literal(address, bits));
        }
    }

    /// The JDK reads more than is allowed here, but never something else. Addresses only: nothing is looked up.
    @Test
    void parse_randomLiterals_agreesWithTheJdk() throws UnknownHostException {
        for (int i = 0; i < ROUNDS; i++) {
            BigInteger value = new BigInteger(128, random).and(sparse());
            String literal = literal(value, 128);
            BigInteger jdk = new BigInteger(1, InetAddress.getByName(literal).getAddress());

            ClientAddress read = ClientAddress.parse(literal).orElseThrow();

            assertEquals(jdk, value(read), literal);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "0.0.0.0/0, 203.0.113.7, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 203.0.113.7, false",
        "203.0.113.7, 203.0.113.7, true",
        "203.0.113.7, 203.0.113.8, false",
        "2001:db8::1, 2001:db8::1, true",
        "::ffff:10.0.0.0/104, 10.1.2.3, true",
        "10.0.0.0/8, ::ffff:10.1.2.3, true"
    })
    void contains_edge_isRight(String network, String address, boolean inside) {
        assertEquals(
                inside,
                Cidr.parse(network).contains(ClientAddress.parse(address).orElseThrow()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/8 ",
                "10/8",
                "2001:db8::/129",
                "::ffff:10.0.0.0/95",
                "[2001:db8::]/32",
                "fe80::%eth0/64",
                "10.0.0.0/8/8",
                "localhost",
                "10.0.0.0/x"
            })
    void parse_malformed_saysWhatIsAllowed(String text) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));

        assertTrue(refused.getMessage().contains("10.0.0.0/8"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1/8", "2001:db8::1/32", "0.0.0.1/0", "2001:db8:0:0:8000::/64"})
    void parse_bitsBeyondThePrefix_isRefused(String text) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));

        assertTrue(refused.getMessage().contains("beyond its prefix"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7, 203.0.113.7",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
        "2001:db8:1:2::/64, 2001:db8:1:2::/64",
        "2001:db8::1, 2001:db8::/64",
        "2001:0:0:1::1, 2001:0:0:1::/64",
        "::1, ::/64",
        "0:0:0:1::, 0:0:0:1::/64",
        "::ffff:203.0.113.7, 203.0.113.7"
    })
    void identifierOf_addressOrNetwork_isWhatRequestsAreCountedBy(String text, String identifier) {
        assertEquals(identifier, ClientAddress.identifierOf(text).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "203.0.113.0/24", "203.0.113.7/64", "/64", "2001:db8::/32"})
    void identifierOf_anythingElse_isNone(String text) {
        assertFalse(ClientAddress.identifierOf(text).isPresent());
    }

    private BigInteger sparse() {
        BigInteger mask = BigInteger.ZERO;
        for (int group = 0; group < 8; group++) {
            mask = mask.shiftLeft(16).or(BigInteger.valueOf(random.nextInt(3) == 0 ? 0 : 0xffff));
        }
        return mask;
    }

    /// With the first run of zero groups left out, as `::` may be.
    private static String literal(BigInteger value, int bits) {
        StringBuilder text = new StringBuilder();
        int size = bits == 32 ? 8 : 16;
        for (int shift = bits - size; shift >= 0; shift -= size) {
            int part = value.shiftRight(shift).intValue() & ((1 << size) - 1);
            text.append(bits == 32 ? Integer.toString(part) : Integer.toHexString(part));
            text.append(shift == 0 ? "" : bits == 32 ? "." : ":");
        }
        return bits == 32 ? text.toString() : text.toString().replaceFirst("(^|:)(0(:|$)){2,}", "::");
    }

    private static ClientAddress address(BigInteger value, int bits) {
        return ClientAddress.parse(literal(value, bits)).orElseThrow();
    }

    private static BigInteger value(ClientAddress address) {
        BigInteger low = new BigInteger(Long.toUnsignedString(address.low()));
        return new BigInteger(Long.toUnsignedString(address.high()))
                .shiftLeft(64)
                .or(low);
    }
}

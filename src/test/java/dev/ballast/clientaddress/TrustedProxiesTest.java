package dev.ballast.clientaddress;

import static dev.ballast.clientaddress.ForwardingHeader.FORWARDED;
import static dev.ballast.clientaddress.ForwardingHeader.X_FORWARDED_FOR;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Who the client is, whatever the header says. Trusted are 10.0.0.0/8 and 2001:db8:ffff::/48.
class TrustedProxiesTest {
    private static final List<Cidr> TRUSTED = List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("2001:db8:ffff::/48"));
    private static final String LONG = "1.1.1.1, ".repeat(1_500);

    /// @param connection the other end of the connection
    /// @param lines of the header
    record Case(String title, String connection, String expected, List<String> lines) {
        static Case of(String title, String connection, String expected, String... lines) {
            return new Case(title, connection, expected, List.of(lines));
        }

        @Override
        public String toString() {
            return title;
        }
    }

    static Stream<Case> xForwardedFor() {
        return Stream.of(
                Case.of("no proxy, no header", "203.0.113.7", "203.0.113.7"),
                Case.of("forged without a proxy", "203.0.113.7", "203.0.113.7", "1.1.1.1"),
                Case.of("forged with a trusted address", "203.0.113.7", "203.0.113.7", "10.0.0.1"),
                Case.of("one proxy", "10.0.0.1", "203.0.113.7", "203.0.113.7"),
                Case.of("proxy without header", "10.0.0.1", "10.0.0.1"),
                Case.of("forged left of the client", "10.0.0.1", "203.0.113.7", "1.1.1.1, 203.0.113.7"),
                Case.of("forged trusted left of the client", "10.0.0.1", "203.0.113.7", "10.0.0.9, 203.0.113.7"),
                Case.of("two proxies", "10.0.0.1", "203.0.113.7", "1.1.1.1, 203.0.113.7, 10.0.0.2"),
                Case.of("two lines", "10.0.0.1", "203.0.113.7", "1.1.1.1", "203.0.113.7"),
                Case.of("two lines, two proxies", "10.0.0.1", "203.0.113.7", "1.1.1.1, 203.0.113.7", "10.0.0.2"),
                Case.of("all trusted", "10.0.0.1", "10.0.0.3", "10.0.0.3, 10.0.0.2"),
                Case.of("an untrusted proxy ends the chain", "10.0.0.1", "198.51.100.1", "203.0.113.7, 198.51.100.1"),
                Case.of("blanks and tabs", "10.0.0.1", "203.0.113.7", "  203.0.113.7 \t,\t 10.0.0.2  "),
                Case.of("no blanks", "10.0.0.1", "203.0.113.7", "1.1.1.1,203.0.113.7,10.0.0.2"),
                Case.of("empty elements", "10.0.0.1", "203.0.113.7", ",, 203.0.113.7, ,,"),
                Case.of("an empty line last", "10.0.0.1", "203.0.113.7", "203.0.113.7", ""),
                Case.of("nothing but commas", "10.0.0.1", "10.0.0.1", ",,,, , ,"),
                Case.of("with a port", "10.0.0.1", "203.0.113.7", "203.0.113.7:4711"),
                Case.of("with no port after the colon", "10.0.0.1", "10.0.0.1", "203.0.113.7:"),
                Case.of("with a port of six digits", "10.0.0.1", "10.0.0.1", "203.0.113.7:471100"),
                Case.of("IPv6", "10.0.0.1", "2001:db8:1:2::/64", "2001:db8:1:2:3:4:5:6"),
                Case.of("IPv6 in brackets", "10.0.0.1", "2001:db8:1:2::/64", "[2001:db8:1:2:3:4:5:6]"),
                Case.of("IPv6 in brackets with a port", "10.0.0.1", "2001:db8:1:2::/64", "[2001:db8:1:2::1]:443"),
                Case.of("IPv6 in quotation marks", "10.0.0.1", "2001:db8:1:2::/64", "\"[2001:db8:1:2::1]:443\""),
                Case.of("IPv6 in capitals", "10.0.0.1", "2001:db8:a:b::/64", "2001:DB8:A:B::C"),
                Case.of("a neighbour in the same /64", "10.0.0.1", "2001:db8:1:2::/64", "2001:db8:1:2:ffff::1"),
                Case.of("another /64", "10.0.0.1", "2001:db8:1:3::/64", "2001:db8:1:3::1"),
                Case.of("mapped", "10.0.0.1", "203.0.113.7", "::ffff:203.0.113.7"),
                Case.of("mapped, in hexadecimal", "10.0.0.1", "203.0.113.7", "[::ffff:cb00:7107]"),
                Case.of("mapped, written out", "10.0.0.1", "203.0.113.7", "0:0:0:0:0:FFFF:203.0.113.7"),
                Case.of("a mapped proxy is trusted", "::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
                Case.of("a mapped proxy in the list", "10.0.0.1", "203.0.113.7", "203.0.113.7, ::ffff:10.0.0.2"),
                Case.of("an IPv6 proxy", "2001:db8:ffff::1", "203.0.113.7", "203.0.113.7"),
                Case.of("an IPv6 proxy with a zone", "2001:db8:ffff::1%eth0", "203.0.113.7", "203.0.113.7"),
                Case.of("a zone", "10.0.0.1", "fe80::/64", "fe80::1%eth0"),
                Case.of("a zone in brackets", "10.0.0.1", "fe80::/64", "[fe80::1%25eth0]:80".replace("%25", "%")),
                Case.of("an empty zone", "10.0.0.1", "10.0.0.1", "fe80::1%"),
                Case.of("a zone of IPv4", "10.0.0.1", "10.0.0.1", "203.0.113.7%eth0"),
                Case.of("unknown", "10.0.0.1", "10.0.0.1", "203.0.113.7, unknown"),
                Case.of("unknown behind two proxies", "10.0.0.1", "10.0.0.2", "unknown, 10.0.0.2"),
                Case.of("obfuscated", "10.0.0.1", "10.0.0.1", "203.0.113.7, _hidden"),
                Case.of("a name", "10.0.0.1", "10.0.0.1", "example.org"),
                Case.of("octal", "10.0.0.1", "10.0.0.1", "0313.0.0161.7"),
                Case.of("leading zeros", "10.0.0.1", "10.0.0.1", "203.000.113.007"),
                Case.of("one number", "10.0.0.1", "10.0.0.1", "3405803783"),
                Case.of("three parts", "10.0.0.1", "10.0.0.1", "203.0.113"),
                Case.of("five parts", "10.0.0.1", "10.0.0.1", "203.0.113.7.9"),
                Case.of("256", "10.0.0.1", "10.0.0.1", "203.0.113.256"),
                Case.of("other digits", "10.0.0.1", "10.0.0.1", "٢٠٣.0.113.7"),
                Case.of("nine groups", "10.0.0.1", "10.0.0.1", "1:2:3:4:5:6:7:8:9"),
                Case.of("two gaps", "10.0.0.1", "10.0.0.1", "2001::1::2"),
                Case.of("three colons", "10.0.0.1", "10.0.0.1", ":::1"),
                Case.of("five hexadecimal digits", "10.0.0.1", "10.0.0.1", "2001:12345::1"),
                Case.of("an open bracket", "10.0.0.1", "10.0.0.1", "[2001:db8::1"),
                Case.of("an address with text after it", "10.0.0.1", "10.0.0.1", "203.0.113.7 evil"),
                Case.of("semicolons", "10.0.0.1", "10.0.0.1", "203.0.113.7;10.0.0.2"),
                Case.of("a network", "10.0.0.1", "10.0.0.1", "203.0.113.0/24"),
                Case.of("an element of Forwarded", "10.0.0.1", "10.0.0.1", "for=203.0.113.7"),
                Case.of(
                        "a quotation mark that the client left open",
                        "10.0.0.1",
                        "203.0.113.7",
                        "\"1.1.1.1, 203.0.113.7"),
                Case.of("a quotation mark on a line of its own", "10.0.0.1", "203.0.113.7", "\"", "203.0.113.7"),
                Case.of("overlong, the client at its end", "10.0.0.1", "203.0.113.7", LONG + "203.0.113.7"),
                Case.of("overlong, all of it trusted", "10.0.0.1", "10.0.0.2", "10.0.0.2, ".repeat(500)),
                Case.of("an overlong element", "10.0.0.1", "10.0.0.1", "1".repeat(10_000)),
                Case.of("many quotation marks", "10.0.0.1", "10.0.0.1", "\"".repeat(9_999)),
                Case.of("many backslashes", "10.0.0.1", "10.0.0.1", "\\".repeat(9_999) + "\""));
    }

    static Stream<Case> forwarded() {
        return Stream.of(
                Case.of("no proxy", "203.0.113.7", "203.0.113.7", "for=1.1.1.1"),
                Case.of("one proxy", "10.0.0.1", "203.0.113.7", "for=203.0.113.7"),
                Case.of(
                        "other parameters",
                        "10.0.0.1",
                        "203.0.113.7",
                        "by=10.0.0.1;for=203.0.113.7;proto=https;host=a"),
                Case.of("mixed case", "10.0.0.1", "203.0.113.7", "Proto=https;FoR=203.0.113.7"),
                Case.of("quoted", "10.0.0.1", "203.0.113.7", "for=\"203.0.113.7\""),
                Case.of("quoted with a port", "10.0.0.1", "203.0.113.7", "for=\"203.0.113.7:4711\""),
                Case.of("with an obfuscated port", "10.0.0.1", "203.0.113.7", "for=\"203.0.113.7:_abc\""),
                Case.of("IPv6", "10.0.0.1", "2001:db8:cafe::/64", "for=\"[2001:db8:cafe::17]\""),
                Case.of("IPv6 with a port", "10.0.0.1", "2001:db8:cafe::/64", "For=\"[2001:db8:cafe::17]:4711\""),
                Case.of("forged left of the client", "10.0.0.1", "203.0.113.7", "for=1.1.1.1, for=203.0.113.7"),
                Case.of("two proxies", "10.0.0.1", "203.0.113.7", "for=1.1.1.1,for=203.0.113.7, for=10.0.0.2"),
                Case.of("two lines", "10.0.0.1", "203.0.113.7", "for=203.0.113.7", "for=10.0.0.2;proto=http"),
                Case.of("a comma in quotation marks", "10.0.0.1", "203.0.113.7", "for=203.0.113.7;host=\"a,b\""),
                Case.of(
                        "a semicolon in quotation marks",
                        "10.0.0.1",
                        "203.0.113.7",
                        "host=\"a;for=1.1.1.1\";for=203.0.113.7"),
                Case.of("an escaped mark", "10.0.0.1", "203.0.113.7", "for=203.0.113.7;host=\"a\\\",b\""),
                Case.of("marks that the client left open", "10.0.0.1", "203.0.113.7", "for=\"1.1.1.1, for=203.0.113.7"),
                Case.of("unknown", "10.0.0.1", "10.0.0.1", "for=unknown"),
                Case.of("obfuscated", "10.0.0.1", "10.0.0.2", "for=1.1.1.1, for=_SEVKISEK, for=10.0.0.2"),
                Case.of("no for", "10.0.0.1", "10.0.0.1", "for=203.0.113.7, by=10.0.0.1;proto=http"),
                Case.of("two for in one element", "10.0.0.1", "10.0.0.1", "for=1.1.1.1;for=203.0.113.7"),
                Case.of("an empty for", "10.0.0.1", "10.0.0.1", "for="),
                Case.of("blanks around the sign", "10.0.0.1", "10.0.0.1", "for = 203.0.113.7"),
                Case.of("a bare address", "10.0.0.1", "10.0.0.1", "203.0.113.7"),
                Case.of("mapped", "10.0.0.1", "203.0.113.7", "for=\"[::ffff:203.0.113.7]:80\""),
                Case.of("all trusted", "10.0.0.1", "10.0.0.3", "for=10.0.0.3, for=10.0.0.2"),
                Case.of("a name that ends like for", "10.0.0.1", "10.0.0.1", "xfor=203.0.113.7"));
    }

    @ParameterizedTest
    @MethodSource("xForwardedFor")
    void client_xForwardedFor_isTheFirstUntrustedFromTheRight(Case it) {
        assertEquals(it.expected(), client(X_FORWARDED_FOR, it));
    }

    @ParameterizedTest
    @MethodSource("forwarded")
    void client_forwarded_isTheFirstUntrustedFromTheRight(Case it) {
        assertEquals(it.expected(), client(FORWARDED, it));
    }

    @Test
    void client_nothingTrusted_isTheConnection() {
        TrustedProxies none = new TrustedProxies(List.of(), X_FORWARDED_FOR);

        assertEquals(address("10.0.0.1"), none.client(address("10.0.0.1"), List.of("203.0.113.7")));
    }

    private static String client(ForwardingHeader header, Case it) {
        return new TrustedProxies(TRUSTED, header)
                .client(address(it.connection()), it.lines())
                .identifier();
    }

    private static ClientAddress address(String literal) {
        return ClientAddress.parse(literal).orElseThrow();
    }
}

package dev.ballast.clientaddress;

import dev.ballast.clientaddress.Hops.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides who the client is. The connection's other end is known for certain. Where it is a trusted proxy, so is whom
/// that proxy was called by, which it has written at the right end of the header; and so on, hop by hop to the left,
/// until one is not trusted: that is the client, and what stands farther left is its own word. Where a hop says nothing
/// that can be read (`unknown`, `_hidden`, nonsense), the request is put down to the one nearest to it.
public final class TrustedProxies {
    /// More proxies in a row than any deployment has.
    private static final int MOST_HOPS = 32;

    private final List<Cidr> trusted;
    private final ForwardingHeader header;

    /// @param trusted networks that hold nothing but proxies which append to the header, and never pass it on unchanged
    public TrustedProxies(List<Cidr> trusted, ForwardingHeader header) {
        this.trusted = List.copyOf(trusted);
        this.header = header;
    }

    /// Whether the header matters at all.
    public boolean trusts(ClientAddress connection) {
        for (Cidr network : trusted) {
            if (network.contains(connection)) {
                return true;
            }
        }
        return false;
    }

    /// The client of a request.
    ///
    /// @param connection the other end of the connection
    /// @param lines the lines of the header that the proxies write, in their order
    public ClientAddress client(ClientAddress connection, List<String> lines) {
        ClientAddress nearest = connection;
        Hops hops = new Hops(lines);
        for (int hop = 0; hop < MOST_HOPS && trusts(nearest); hop++) {
            if (hops.next() != Step.ELEMENT) {
                return nearest;
            }
            ClientAddress before = node(hops);
            if (before == null) {
                return nearest;
            }
            nearest = before;
        }
        return nearest;
    }

    private @Nullable ClientAddress node(Hops hops) {
        return switch (header) {
            case FORWARDED -> HopNode.ofForwarded(hops.text(), hops.begin(), hops.end());
            case X_FORWARDED_FOR -> HopNode.ofXForwardedFor(hops.text(), hops.begin(), hops.end());
        };
    }
}

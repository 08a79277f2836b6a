package dev.ballast.clientaddress;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Says whose address a request comes from. Non-blocking, for use from any thread.
@Singleton
public class ClientAddresses {
    private static final Logger LOG = Logger.getLogger(ClientAddresses.class);
    private static final String KEY = "ballast.clientaddress.trusted-proxies";

    /// Stands for a connection without an address, as over a domain socket.
    private static final ClientAddress NOWHERE = new ClientAddress(0, 0, true);

    private final TrustedProxies proxies;
    private final String header;

    @Inject
    ClientAddresses(ClientAddressSettings settings) {
        this.proxies = new TrustedProxies(networks(settings.trustedProxies().orElse(List.of())), settings.header());
        this.header = settings.header().wireName();
    }

    /// The client of a request.
    public ClientAddress of(HttpServerRequest request) {
        // not the request's own address, which the framework may have taken from a header
        ClientAddress other = otherEnd(request.connection().remoteAddress());
        return proxies.trusts(other) ? proxies.client(other, request.headers().getAll(header)) : other;
    }

    private static ClientAddress otherEnd(@Nullable SocketAddress address) {
        String literal = address == null ? null : address.hostAddress();
        return literal == null ? NOWHERE : ClientAddress.parse(literal).orElse(NOWHERE);
    }

    private static List<Cidr> networks(List<String> texts) {
        List<Cidr> networks = new ArrayList<>();
        for (String text : texts) {
            try {
                networks.add(Cidr.parse(text.strip()));
            } catch (IllegalArgumentException wrong) {
                String problem = KEY + ": " + wrong.getMessage();
                LOG.errorf("Invalid setting: %s", problem);
                throw new IllegalStateException("refusing to start: " + problem, wrong);
            }
        }
        return networks;
    }
}

package dev.ballast.clientaddress;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/// Settings of who is calling.
@ConfigMapping(prefix = "ballast.clientaddress")
interface ClientAddressSettings {
    /// Networks of the proxies whose word about their callers is taken. None: the word of anyone else is a claim.
    Optional<List<String>> trustedProxies();

    /// The header they write, `forwarded` or `x-forwarded-for`. One only: the other is as the client sent it.
    @WithDefault("x-forwarded-for")
    ForwardingHeader header();
}

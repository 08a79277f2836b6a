package dev.ballast.clientaddress;

/// Which header the trusted proxies write. Only one is ever read: a proxy that writes one leaves the other as the
/// client sent it.
public enum ForwardingHeader {
    /// RFC 7239.
    FORWARDED("Forwarded"),

    /// What most proxies write.
    X_FORWARDED_FOR("X-Forwarded-For");

    private final String wireName;

    ForwardingHeader(String wireName) {
        this.wireName = wireName;
    }

    /// The header's name.
    public String wireName() {
        return wireName;
    }
}

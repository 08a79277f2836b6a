package dev.ballast.degradation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/// Says in the log when a server is away and when it is back, however many calls notice, with the address and the
/// setting that a person would look at first. Each reason is said once: who only waited notices first as a rule,
/// and who knows why comes after. Safe for use from every thread; telling it of a success costs one volatile read.
public final class Outage {
    private static final Logger LOG = Logger.getLogger(Outage.class);

    /// Reasons of one outage that are worth a line; some are never the same twice.
    private static final int REASONS = 3;

    private final String server;
    private final String address;
    private final String setting;
    private final AtomicBoolean away = new AtomicBoolean();
    private final Set<String> said = ConcurrentHashMap.newKeySet();

    /// @param server as people call it, such as `PostgreSQL`
    /// @param address host and port, without credentials
    /// @param setting the variable that sets the address
    public Outage(String server, String address, String setting) {
        this.server = server;
        this.address = address;
        this.setting = setting;
    }

    /// A call failed in a way that says that the server is away.
    public void failed(String cause) {
        if (away.compareAndSet(false, true)) {
            said.clear();
            said.add(cause);
            LOG.warnf(
                    "%s at %s is not reachable (%s); %s sets the address. The service runs on without it and keeps"
                            + " trying",
                    server, address, cause, setting);
        } else if (said.size() < REASONS && said.add(cause)) {
            LOG.warnf("%s at %s is still not reachable (%s); %s sets the address", server, address, cause, setting);
        }
    }

    /// The server answered.
    public void answered() {
        if (away.get() && away.compareAndSet(true, false)) {
            LOG.infof("%s at %s is reachable again", server, address);
        }
    }
}

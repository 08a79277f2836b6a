package dev.ballast.clientaddress;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Has the networks read before the first request, so that a service with a wrong one does not start.
@Singleton
class ClientAddressCheck {
    void check(@Observes @Priority(2) StartupEvent started, ClientAddresses addresses) {
        // being there is having read its settings
    }
}

package dev.ballast.policies;

import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import jakarta.inject.Singleton;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.core.Deployment;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.handlers.RestInitialHandler.InitialMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestPath;
import org.jboss.resteasy.reactive.server.spi.ServerRestHandler;

/// The endpoints there are but `/`, which is not limited; from the REST layer's own routes, so that a new one has its
/// policy without being told of it.
@Singleton
class Endpoints {
    private final SortedSet<String> ids = new TreeSet<>();

    Endpoints() {
        Deployment deployment = ResteasyReactiveRecorder.getCurrentDeployment();
        for (RequestPath<InitialMatch> type : deployment.getClassMappers()) {
            for (ServerRestHandler handler : type.value.handlers) {
                if (handler instanceof ClassRoutingHandler routes) {
                    add(type.template.template, routes);
                }
            }
        }
    }

    private void add(String typeTemplate, ClassRoutingHandler routes) {
        routes.getMappers().forEach((method, mapper) -> {
            if (method != null) {
                mapper.getTemplates().stream()
                        .map(path -> typeTemplate + path.template.template)
                        .filter(template -> !template.equals("/"))
                        .forEach(template -> ids.add(EndpointId.of(method, template)));
            }
        });
    }

    /// In alphabetical order.
    SortedSet<String> ids() {
        return ids;
    }
}

package dev.ballast.deploy;

import io.fabric8.kubernetes.api.model.KubernetesResource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// Fields of a Kubernetes document that its type does not have. fabric8's models put them into `additionalProperties`,
/// at every depth.
final class Unknown {
    private Unknown() {}

    static void collect(Object value, List<String> into) {
        switch (value) {
            case null -> {}
            case Collection<?> several -> several.forEach(each -> collect(each, into));
            case Map<?, ?> named -> named.values().forEach(each -> collect(each, into));
            case KubernetesResource resource -> ofResource(resource, into);
            default -> {
                if (value.getClass().getName().startsWith("io.fabric8.")) {
                    ofResource(value, into);
                }
            }
        }
    }

    private static void ofResource(Object resource, List<String> into) {
        for (Method method : resource.getClass().getMethods()) {
            boolean isProperty = method.getName().startsWith("get")
                    && method.getParameterCount() == 0
                    && method.getDeclaringClass().getName().startsWith("io.fabric8.");
            if (!isProperty) {
                continue;
            }
            Object value = value(resource, method);
            if (method.getName().equals("getAdditionalProperties")) {
                ((Map<?, ?>) value).keySet().forEach(name -> into.add((String) name));
            } else {
                collect(value, into);
            }
        }
    }

    private static Object value(Object resource, Method method) {
        try {
            return method.invoke(resource);
        } catch (IllegalAccessException | InvocationTargetException failure) {
            throw new IllegalStateException(method.toString(), failure);
        }
    }
}

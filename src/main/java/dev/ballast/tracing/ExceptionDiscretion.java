package dev.ballast.tracing;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.internal.ExceptionAttributeResolver;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.internal.SdkTracerProviderUtil;
import io.quarkus.opentelemetry.runtime.AutoConfiguredOpenTelemetrySdkBuilderCustomizer;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

/// Leaves of an exception its class alone, whoever records it: a server's message quotes what it was sent, and the
/// stack trace begins with the message. What else there is to know is in the log, by the trace's id.
///
/// The SDK has no public way to it in this version; a later one moves these two classes and breaks the build here.
@Singleton
@RegisterForReflection(targets = SdkTracerProviderBuilder.class) // the utility calls it by reflection
class ExceptionDiscretion implements AutoConfiguredOpenTelemetrySdkBuilderCustomizer {
    @Override
    public void customize(AutoConfiguredOpenTelemetrySdkBuilder builder) {
        builder.addTracerProviderCustomizer((provider, _) -> {
            SdkTracerProviderUtil.setExceptionAttributeResolver(
                    provider,
                    (attributes, thrown, _) -> attributes.setAttribute(
                            ExceptionAttributeResolver.EXCEPTION_TYPE,
                            thrown.getClass().getName()));
            return provider;
        });
    }
}

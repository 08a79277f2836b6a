package dev.ballast.stack;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/// Puts the service under test on the shared stack: `@QuarkusTestResource(StackResource.class)`, or
/// `@WithTestResource`. The stack outlives the test class and ends with the test run's JVM.
public final class StackResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return RoomyLimits.with(Stack.shared().addresses());
    }

    @Override
    public void stop() {
        // other classes use it too
    }

    /// Sets the fields of type [Stack].
    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(Stack.shared(), new TestInjector.MatchesType(Stack.class));
    }
}

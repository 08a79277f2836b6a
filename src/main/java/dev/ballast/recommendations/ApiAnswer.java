package dev.ballast.recommendations;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of the API's answer, as it comes and not looked at yet.
@RegisterForReflection
record ApiAnswer(long userId, @Nullable List<@Nullable Item> items) {}

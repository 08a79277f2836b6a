/// Knows how the dependencies are, and says so where people and Kubernetes look: no shared dependency's
/// failure takes a pod out, and each is seen in `/q/health/well`.
@NullMarked
@CheckReturnValue
package dev.ballast.degradation;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

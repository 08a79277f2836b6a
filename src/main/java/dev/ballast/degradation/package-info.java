/// Knows how the dependencies are, by real calls and by probes, selects how much of each feature there is, and
/// says so to callers, people and Kubernetes: no shared dependency's failure takes a pod out, nobody waits for
/// what is known to be away, and each feature comes back by itself.
@NullMarked
@CheckReturnValue
package dev.ballast.degradation;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

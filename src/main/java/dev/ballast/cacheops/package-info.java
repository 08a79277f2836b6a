/// Lets operators see the caches and act on them, on every pod and without ever showing what is cached; and remembers
/// which keys are hot, so that a pod that starts is warm before it is ready.
@NullMarked
@CheckReturnValue
package dev.ballast.cacheops;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

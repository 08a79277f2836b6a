/// When a dependency fails, each feature falls back on its own within seconds, recovers on its own, never flaps,
/// and can say why.
@NullMarked
@CheckReturnValue
package dev.ballast.degradation;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Spares what values are loaded from: only so many loads run at once, those that wait become few bulk loads, and
/// one that is known to be away is not waited for.
@NullMarked
@CheckReturnValue
package dev.ballast.origin;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

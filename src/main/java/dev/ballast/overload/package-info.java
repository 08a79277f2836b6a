/// Keeps a pod that is asked for more than it can do useful: what is optional is turned away first, and cheaply,
/// then a part of everything else, so that the rest is answered in good time. Operators and probes always get in.
@NullMarked
@CheckReturnValue
package dev.ballast.overload;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Every response of the service names its trace, so that what a client saw can be found again.
@NullMarked
@CheckReturnValue
package dev.ballast.tracing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

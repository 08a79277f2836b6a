/// Every response of the service names its trace, so that what a client saw can be found again. A trace has a span for
/// each thing that was done for a request, in its place, and tells nobody who asked.
@NullMarked
@CheckReturnValue
package dev.ballast.tracing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

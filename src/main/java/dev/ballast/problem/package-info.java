/// Every error leaves the service as a problem document (RFC 9457) that says what was wrong and what
/// is allowed, with the trace id and without a stack trace.
@NullMarked
@CheckReturnValue
package dev.ballast.problem;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

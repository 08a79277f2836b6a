/// Remembers who did what to which thing, and what came of it, for operators and for a year.
@NullMarked
@CheckReturnValue
package dev.ballast.audit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Holds the policies in force: from configuration, until an operator changes one; then on every pod within a
/// second, for good, with a version and a note of who did it. What is in force is always valid, and read
/// without waiting.
@NullMarked
@CheckReturnValue
package dev.ballast.policies;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

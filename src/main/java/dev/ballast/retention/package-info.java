/// Nothing is forgotten while something can still repeat it: settings that would let that happen are refused at the
/// start, with their names and the reason.
@NullMarked
@CheckReturnValue
package dev.ballast.retention;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

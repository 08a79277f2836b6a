/// What the service promises its callers in numbers, so that the metrics can tell whether it is kept: the bounds of
/// the HTTP histogram are the objectives' own.
@NullMarked
@CheckReturnValue
package dev.ballast.objectives;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Items for a user, always: what is popular while nothing better is known, nothing rather than an error or a wait
/// when it cannot be read.
@NullMarked
@CheckReturnValue
package dev.ballast.recommendations;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Items for a user, always: personal ones from an external API that is trusted with nothing, what is popular
/// where it does not answer, and nothing rather than an error or a wait where that cannot be read either.
@NullMarked
@CheckReturnValue
package dev.ballast.recommendations;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Answers whoever calls the service without knowing it: which build and pod it is, and where to go.
@NullMarked
@CheckReturnValue
package dev.ballast.index;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Shows operators how much of each feature there is and why, and lets them order another level for a while.
@NullMarked
@CheckReturnValue
package dev.ballast.degradationops;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Shows operators how this pod has been for a quarter of an hour and how it is now, whoever else looks: each sample is
/// taken once, kept in memory, and written down once for all who follow.
@NullMarked
@CheckReturnValue
package dev.ballast.live;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

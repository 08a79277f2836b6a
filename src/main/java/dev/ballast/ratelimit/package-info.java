/// Decides whether a request stays within all limits it is subject to: all of them or none is charged, in one round
/// trip to Redis at most, exactly over any number of pods where the policy's algorithm is exact. Never waits for
/// Redis longer than its deadline: each policy says what holds without it.
@NullMarked
@CheckReturnValue
package dev.ballast.ratelimit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

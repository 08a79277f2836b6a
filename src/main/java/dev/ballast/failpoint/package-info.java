/// Tests can end this process at a named moment that no kill from outside would meet, such as between a commit and
/// what follows it. Off, which is always so in production, a point costs one read of a field.
@NullMarked
@CheckReturnValue
package dev.ballast.failpoint;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

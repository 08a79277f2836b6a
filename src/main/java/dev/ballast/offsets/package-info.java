/// Knows how far the records of a partition are finished without a gap, and remembers it in Redis so that neither a
/// crash, a rebalance nor a pod that was long asleep ever moves it past a record that is not finished.
@NullMarked
@CheckReturnValue
package dev.ballast.offsets;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

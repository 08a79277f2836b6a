/// A read costs nanoseconds when hot, one Redis round trip when warm and one load when cold; concurrent misses of a
/// key share one load, on all pods; and no pod serves a value older than D (a second) after an acknowledged
/// invalidation, whatever message was lost. A failing Redis costs latency, not correctness.
@NullMarked
@CheckReturnValue
package dev.ballast.cache;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

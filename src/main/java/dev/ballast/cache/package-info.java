/// A read costs nanoseconds when hot, one Redis round trip when warm and one load when cold, concurrent misses of a
/// key share one load, and a failing Redis costs latency, not correctness.
///
/// Not promised yet: an invalidation clears memory here and Redis, but the memory of other pods follows only when
/// its TTL ends (5 minutes); and a load that began before an invalidation, on another pod or with its write to Redis
/// under way, may put the old value back into Redis.
@NullMarked
@CheckReturnValue
package dev.ballast.cache;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Keeps byte strings in Redis for pods that load them from elsewhere, and promises two things: what was read before
/// an invalidation is never stored after it, and while a key's fill lease is held nobody else is asked to load it.
///
/// The idea is that of the leases in "Scaling Memcache at Facebook" (Nishtala et al., NSDI 2013, section 3.2.1).
@NullMarked
@CheckReturnValue
package dev.ballast.leases;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

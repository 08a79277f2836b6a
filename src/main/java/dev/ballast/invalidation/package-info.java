/// What a committed change makes wrong in a cache is forgotten there, whoever made the change and whichever process
/// dies when: a trigger notes it in the change's own transaction, the writer delivers it at once, and if it does not,
/// any pod does within about a second of Redis being there.
@NullMarked
@CheckReturnValue
package dev.ballast.invalidation;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

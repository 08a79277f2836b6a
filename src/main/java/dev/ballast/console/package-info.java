/// Serves the operations page, `/console`: files that browsers may keep but ask for again, and that run nothing from
/// any other place. The page itself knows the service by its public API alone.
@NullMarked
@CheckReturnValue
package dev.ballast.console;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

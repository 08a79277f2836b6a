/// Lets a request in only while it stays within its limits, and tells every caller where it stands. Whatever reaches
/// the REST layer is charged once: before its resource where it finds one, afterwards where it ends before.
@NullMarked
@CheckReturnValue
package dev.ballast.admission;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Users over HTTP: created and changed in PostgreSQL, read through memory and Redis, never lost to a
/// concurrent change that named the version it started from.
@NullMarked
@CheckReturnValue
package dev.ballast.users;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

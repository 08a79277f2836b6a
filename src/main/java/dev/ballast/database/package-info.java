/// The only door to PostgreSQL: migrates the schema when the database can be reached, however late that
/// is, and turns "cannot be reached" into one clear, bounded failure.
@NullMarked
@CheckReturnValue
package dev.ballast.database;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

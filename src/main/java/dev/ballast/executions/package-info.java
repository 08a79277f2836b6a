/// Finds out a record that kills the process that executes it, and convicts no bystander: what a dead process leaves
/// marked is suspect and runs alone, and only who dies alone again and again is guilty.
@NullMarked
@CheckReturnValue
package dev.ballast.executions;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

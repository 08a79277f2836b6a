/// Every record of a topic is settled by its handler or lies in `{topic}_dlq`, whichever process is killed at
/// whichever moment; in order per key, with keys side by side, and within a bounded memory. Knows no feature.
@NullMarked
@CheckReturnValue
package dev.ballast.messaging;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Takes an order once and settles it once: an accepted payment reaches Kafka however long that is away,
/// and debits its account exactly once or is declined with a reason, whoever sends it how often.
@NullMarked
@CheckReturnValue
package dev.ballast.payments;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

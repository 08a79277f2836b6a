/// Carries records to and from Kafka so that none is lost: a record is acknowledged only after its work is
/// committed or the broker holds it as a dead letter, and what is published is acknowledged by all in-sync
/// replicas or reported as not published. Knows no feature.
@NullMarked
@CheckReturnValue
package dev.ballast.messaging;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

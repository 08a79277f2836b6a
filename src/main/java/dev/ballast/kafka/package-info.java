/// The only door to Kafka but for consumption: what is published is acknowledged by all in-sync replicas or
/// reported as not published, and the topics of the service are there with the partitions it states. Knows no
/// feature.
@NullMarked
@CheckReturnValue
package dev.ballast.kafka;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

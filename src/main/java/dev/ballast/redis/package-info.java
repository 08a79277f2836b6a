/// The only door to Redis. Every command travels on a long-lived connection that other commands share, has a
/// deadline, and fails at once while Redis is away; lost connections come back by themselves within a second or two
/// of Redis' return. Nothing here waits for Redis: the service starts and answers without it.
@NullMarked
@CheckReturnValue
package dev.ballast.redis;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

/// Every dead letter can be found, understood, and replayed or discarded: each is indexed once in PostgreSQL, and what
/// operators do with it is audited. Knows no feature: any topic's letters will do.
@NullMarked
@CheckReturnValue
package dev.ballast.deadletters;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

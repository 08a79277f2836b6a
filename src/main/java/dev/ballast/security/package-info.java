/// Every call is answered for whom the token names and no one else: a `user` reaches its own data, a
/// `service` anyone's, an `operator` the operators' calls too. Production refuses to start with unsafe settings.
@NullMarked
@CheckReturnValue
package dev.ballast.security;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

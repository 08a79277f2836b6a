/// Says who is calling: the other end of the connection, or, where that is a proxy this deployment trusts, whoever the
/// proxy says it is speaking for. Nothing a client writes can make it look like someone else, and no name is looked up.
@NullMarked
@CheckReturnValue
package dev.ballast.clientaddress;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;

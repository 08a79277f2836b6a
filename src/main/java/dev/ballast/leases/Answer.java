package dev.ballast.leases;

import io.vertx.core.buffer.Buffer;

/// What the store says of a key.
public sealed interface Answer {
    /// It holds these bytes.
    record Value(Buffer bytes) implements Answer {}

    /// It holds nothing usable, and the caller may fill it under this token. Whoever gets one loads the value anew,
    /// after this answer, and fills or releases.
    ///
    /// @param foreign whether something lies there that this room did not write
    record Granted(String token, boolean foreign) implements Answer {}

    /// It holds nothing usable, and somebody else is filling it.
    record Busy() implements Answer {}

    /// No answer, or an error.
    record Away() implements Answer {}
}

package dev.ballast.cache;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A value as the cache hands it to Redis: a header of 24 bytes, then the encoded value. The script that stores it
/// puts magic and stamp (run of the server, generation of the bucket) before it.
///
/// | bytes | holds |
/// |---|---|
/// | 0–1 | magic `BC` |
/// | 2 | format of this header, 2 |
/// | 3 | 1 for a negative entry, which has no body, else 0 |
/// | 4–7 | schema version of the codec |
/// | 8–15 | when it was written, milliseconds since 1970 by the writer's clock |
/// | 16–23 | when it expires, likewise; only shown, Redis itself expires it |
///
/// Whatever differs in magic, format or schema is no error but a miss: another version of the service wrote it.
///
/// @param value null for a negative entry
record Payload<V>(@Nullable V value, long writtenAtMs, long expiresAtMs) {
    static final int HEADER = 24;
    private static final short MAGIC = 0x4243;
    private static final byte FORMAT = 2;

    byte[] encode(ValueCodec<V> codec) {
        byte[] body = value == null ? new byte[0] : codec.encode(value);
        return ByteBuffer.allocate(HEADER + body.length)
                .putShort(MAGIC)
                .put(FORMAT)
                .put((byte) (value == null ? 1 : 0))
                .putInt(codec.schema())
                .putLong(writtenAtMs)
                .putLong(expiresAtMs)
                .put(body)
                .array();
    }

    /// The entry in `bytes`; empty where it is unknown or broken.
    static <V> Optional<Payload<V>> decode(byte[] bytes, ValueCodec<V> codec) {
        if (bytes.length < HEADER) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (buffer.getShort() != MAGIC || buffer.get() != FORMAT) {
            return Optional.empty();
        }
        byte negative = buffer.get();
        if (buffer.getInt() != codec.schema() || negative < 0 || negative > 1) {
            return Optional.empty();
        }
        long writtenAtMs = buffer.getLong();
        long expiresAtMs = buffer.getLong();
        if (negative == 1) {
            return buffer.hasRemaining()
                    ? Optional.empty()
                    : Optional.of(new Payload<>(null, writtenAtMs, expiresAtMs));
        }
        byte[] body = new byte[buffer.remaining()];
        buffer.get(body);
        try {
            return Optional.of(new Payload<>(codec.decode(body), writtenAtMs, expiresAtMs));
        } catch (RuntimeException _) {
            return Optional.empty(); // the codec may throw anything at what it did not write
        }
    }
}

package dev.ballast.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// A value as the cache hands it to Redis: a header of 32 bytes, then the encoded value. The script that stores it
/// puts magic and stamp (run of the server, generation of the bucket) before it.
///
/// | bytes | holds |
/// |---|---|
/// | 0–1 | magic `BC` |
/// | 2 | format of this header, 3 |
/// | 3 | 1 for a negative entry, which has no body, else 0 |
/// | 4–7 | schema version of the codec |
/// | 8–15 | when it was written, milliseconds since 1970 by the writer's clock |
/// | 16–23 | when it expires, likewise; only shown, Redis itself expires it |
/// | 24–27 | which codec |
/// | 28–31 | CRC-32 of all before and of the body |
///
/// Whatever differs in magic, format, schema or codec is no error but a miss: another version of the service wrote it.
/// Likewise what does not match its checksum, which a codec may well read, as something else.
///
/// @param value null for a negative entry
record Payload<V>(@Nullable V value, long writtenAtMs, long expiresAtMs) {
    static final int HEADER = 32;
    private static final int CHECKSUM = 28;
    private static final short MAGIC = 0x4243;
    private static final byte FORMAT = 3;

    byte[] encode(ValueCodec<V> codec) {
        byte[] body = value == null ? new byte[0] : codec.encode(value);
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + body.length)
                .putShort(MAGIC)
                .put(FORMAT)
                .put((byte) (value == null ? 1 : 0))
                .putInt(codec.schema())
                .putLong(writtenAtMs)
                .putLong(expiresAtMs)
                .putInt(codec.id())
                .put(HEADER, body);
        return bytes.putInt(CHECKSUM, checksum(bytes)).array();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(0, CHECKSUM));
        crc.update(bytes.slice(HEADER, bytes.capacity() - HEADER));
        return (int) crc.getValue();
    }

    private static boolean isSound(ByteBuffer bytes) {
        return bytes.capacity() >= HEADER
                && bytes.getShort(0) == MAGIC
                && bytes.get(2) == FORMAT
                && bytes.getInt(CHECKSUM) == checksum(bytes);
    }

    /// Whether a newer version of the service wrote these bytes, for pods to read that are of that version already.
    static boolean isNewer(byte[] bytes, ValueCodec<?> codec) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length < 3 || buffer.getShort(0) != MAGIC) {
            return false;
        }
        return buffer.get(2) > FORMAT || (isSound(buffer) && buffer.getInt(4) > codec.schema());
    }

    /// The entry in `bytes`; empty where it is unknown or broken.
    static <V> Optional<Payload<V>> decode(byte[] bytes, ValueCodec<V> codec) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (!isSound(buffer) || buffer.getInt(4) != codec.schema() || buffer.getInt(24) != codec.id()) {
            return Optional.empty();
        }
        long writtenAtMs = buffer.getLong(8);
        long expiresAtMs = buffer.getLong(16);
        if (buffer.get(3) == 1) {
            return Optional.of(new Payload<>(null, writtenAtMs, expiresAtMs));
        }
        try {
            // Null, as JSON may say, is no value, and not the knowledge that there is none either.
            return Optional.<V>ofNullable(codec.decode(Arrays.copyOfRange(bytes, HEADER, bytes.length)))
                    .map(value -> new Payload<>(value, writtenAtMs, expiresAtMs));
        } catch (RuntimeException _) {
            return Optional.empty(); // the codec may throw anything at what it did not write
        }
    }
}

package dev.ballast.cache;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/// How values travel to Redis and back. Safe for use from every thread.
public interface ValueCodec<V> {
    /// The version of the encoded form. Raise it with every change that older code could not read or would misread:
    /// values of another version are misses, so that old and new pods run side by side.
    int schema();

    /// Which encoding this is, so that none reads what another wrote: 1 is JSON, others choose for themselves.
    default int id() {
        return 0;
    }

    /// The encoded value. May throw anything; the value is then served and not stored.
    byte[] encode(V value);

    /// The value encoded in `body`. May throw anything; the entry then counts as a miss.
    V decode(byte[] body);

    /// JSON. In a native image the type needs `@RegisterForReflection`.
    static <V> ValueCodec<V> json(ObjectMapper mapper, Class<V> type, int schema) {
        return new ValueCodec<>() {
            @Override
            public int schema() {
                return schema;
            }

            @Override
            public int id() {
                return 1;
            }

            @Override
            public byte[] encode(V value) {
                try {
                    return mapper.writeValueAsBytes(value);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public V decode(byte[] body) {
                try {
                    return mapper.readValue(body, type);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }
}

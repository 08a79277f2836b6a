package dev.ballast.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/// A record's headers as bytes, in their order and with whatever they hold: for each the length of its name, the name,
/// the length of its value or -1 for none, the value.
final class HeaderBytes {
    private HeaderBytes() {}

    static Buffer encode(Headers headers) {
        Buffer bytes = Buffer.buffer();
        for (Header header : headers) {
            byte[] name = header.key().getBytes(UTF_8);
            byte[] value = header.value();
            bytes.appendInt(name.length).appendBytes(name).appendInt(value == null ? -1 : value.length);
            if (value != null) {
                bytes.appendBytes(value);
            }
        }
        return bytes;
    }

    static Headers decode(Buffer bytes) {
        Headers headers = new RecordHeaders();
        int at = 0;
        while (at < bytes.length()) {
            int nameEnd = at + 4 + bytes.getInt(at);
            String name = bytes.getString(at + 4, nameEnd, UTF_8.name());
            int length = bytes.getInt(nameEnd);
            at = nameEnd + 4 + Math.max(0, length);
            headers.add(name, length < 0 ? null : bytes.getBytes(nameEnd + 4, at));
        }
        return headers;
    }
}

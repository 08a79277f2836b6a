package dev.ballast.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// A record as it lies in the topic, bytes untouched. The arrays and headers are the record's own: read them only.
@SuppressWarnings("ArrayRecordComponent") // never compared, and a copy per record would be paid for nothing
public record InboundRecord(RecordId id, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {

    /// A record as it was polled.
    public static InboundRecord of(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return new InboundRecord(
                new RecordId(record.topic(), record.partition(), record.offset()),
                record.key(),
                record.value(),
                record.headers());
    }

    public String topic() {
        return id.topic();
    }

    /// The bytes it takes in memory, about.
    public int size() {
        int size = 200;
        size += key == null ? 0 : key.length;
        size += value == null ? 0 : value.length;
        for (var header : headers) {
            size += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }
}

package dev.ballast.kafka;

import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/// A record as it lies in the topic, bytes untouched. The arrays and headers are the record's own: read them only.
///
/// @param appendedAt by the brokers' clock, where the topic keeps that
@SuppressWarnings("ArrayRecordComponent") // never compared, and a copy per record would be paid for nothing
public record InboundRecord(
        RecordId id,
        byte @Nullable [] key,
        byte @Nullable [] value,
        Headers headers,
        @Nullable Instant appendedAt) {

    /// A record as it was polled.
    public static InboundRecord of(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return new InboundRecord(
                new RecordId(record.topic(), record.partition(), record.offset()),
                record.key(),
                record.value(),
                record.headers(),
                record.timestampType() == TimestampType.LOG_APPEND_TIME
                        ? Instant.ofEpochMilli(record.timestamp())
                        : null);
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

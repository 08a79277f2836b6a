package dev.ballast.messaging;

import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/// A record as it lies in the topic, bytes untouched. The arrays are the record's own: read them only.
@SuppressWarnings("ArrayRecordComponent") // never compared, and a copy per record would be paid for nothing
public record InboundRecord(String topic, int partition, long offset, byte @Nullable [] key, byte @Nullable [] value) {

    static InboundRecord of(Message<byte[]> message) {
        IncomingKafkaRecordMetadata<?, ?> metadata = message.getMetadata(IncomingKafkaRecordMetadata.class)
                .orElseThrow(() -> new IllegalArgumentException("not a message of the Kafka connector"));
        byte[] key = metadata.getKey() instanceof byte[] bytes ? bytes : null;
        return new InboundRecord(
                metadata.getTopic(), metadata.getPartition(), metadata.getOffset(), key, message.getPayload());
    }

    /// Where the record lies, as `topic-partition-offset`.
    public String origin() {
        return topic + "-" + partition + "-" + offset;
    }
}

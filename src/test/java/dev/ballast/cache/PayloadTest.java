package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PayloadTest {
    record Plan(String name, int version) {}

    private static final ValueCodec<Plan> CODEC = ValueCodec.json(new ObjectMapper(), Plan.class, 3);
    private static final Payload<Plan> PLAN = new Payload<>(new Plan("pro", 7), 1_700_000_000_123L, 1_700_001_800_123L);

    @Test
    void decode_encodedValue_isTheValue() {
        assertEquals(Optional.of(PLAN), Payload.decode(PLAN.encode(CODEC), CODEC));
    }

    @Test
    void decode_encodedNegativeEntry_isOne() {
        Payload<Plan> negative = new Payload<>(null, 42, 43);
        byte[] bytes = negative.encode(CODEC);
        assertEquals(Payload.HEADER, bytes.length);
        assertEquals(Optional.of(negative), Payload.decode(bytes, CODEC));
    }

    @Test
    void encode_value_hasTheDocumentedHeader() {
        ByteBuffer header = ByteBuffer.wrap(PLAN.encode(CODEC));
        byte[] fixed = new byte[8];
        header.get(fixed);
        assertArrayEquals(new byte[] {'B', 'C', 3, 0, 0, 0, 0, 3}, fixed);
        assertEquals(1_700_000_000_123L, header.getLong(), "written");
        assertEquals(1_700_001_800_123L, header.getLong(), "expires");
        assertEquals(1, header.getInt(), "codec");
        header.getInt();
        assertEquals(Payload.HEADER, header.position());
    }

    /// What the version before wrote: no time of writing.
    @Test
    void decode_format1_isNothing() {
        byte[] body = CODEC.encode(new Plan("pro", 7));
        byte[] old = ByteBuffer.allocate(16 + body.length)
                .put(new byte[] {'B', 'C', 1, 0, 0, 0, 0, 3})
                .putLong(1_700_001_800_123L)
                .put(body)
                .array();
        assertEquals(Optional.empty(), Payload.decode(old, CODEC));
    }

    @Test
    void decode_anyBitFlipped_isNothing() {
        byte[] bytes = PLAN.encode(CODEC);
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertEquals(Optional.empty(), Payload.decode(bytes, CODEC), "bit " + bit);
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @Test
    void decode_bodyThatSaysNull_isNothing() {
        ValueCodec<Plan> hollow = new ValueCodec<>() {
            @Override
            public int schema() {
                return 3;
            }

            @Override
            public int id() {
                return CODEC.id();
            }

            @Override
            public byte[] encode(Plan value) {
                return "null".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            }

            @Override
            public Plan decode(byte[] body) {
                return CODEC.decode(body);
            }
        };
        assertEquals(Optional.empty(), Payload.decode(PLAN.encode(hollow), CODEC));
    }

    @Test
    void decode_sameSchemaOfAnotherCodec_isNothing() {
        byte[] bytes = new Payload<>("text", 1, 2).encode(new CacheFixture.TextCodec());
        assertEquals(Optional.empty(), Payload.decode(bytes, ValueCodec.json(new ObjectMapper(), String.class, 1)));
    }

    @Test
    void isNewer_olderSameOrBroken_isNot() {
        byte[] bytes = PLAN.encode(CODEC);
        assertFalse(Payload.isNewer(bytes, CODEC));
        assertFalse(Payload.isNewer(bytes, ValueCodec.json(new ObjectMapper(), Plan.class, 4)));
        assertTrue(Payload.isNewer(bytes, ValueCodec.json(new ObjectMapper(), Plan.class, 2)));
        bytes[4] = 1; // a schema far ahead, were it not for the checksum
        assertFalse(Payload.isNewer(bytes, CODEC));
        bytes[2] = 9;
        assertTrue(Payload.isNewer(bytes, CODEC));
    }

    @Test
    void decode_otherSchema_isNothing() {
        ValueCodec<Plan> newer = ValueCodec.json(new ObjectMapper(), Plan.class, 4);
        assertEquals(Optional.empty(), Payload.decode(PLAN.encode(CODEC), newer));
    }

    @Test
    void decode_cutAnywhere_isNothing() {
        byte[] bytes = PLAN.encode(CODEC);
        for (int length = 0; length < bytes.length; length++) {
            assertTrue(Payload.decode(Arrays.copyOf(bytes, length), CODEC).isEmpty(), "cut at " + length);
        }
    }

    @Test
    void decode_brokenHeader_isNothing() {
        for (int broken = 0; broken < 8; broken++) {
            byte[] bytes = PLAN.encode(CODEC);
            bytes[broken] ^= 0x55;
            assertTrue(Payload.decode(bytes, CODEC).isEmpty(), "broken at " + broken);
        }
    }

    @Test
    void decode_noise_throwsNothing() {
        Random random = new Random(5);
        for (int i = 0; i < 1_000; i++) {
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            assertTrue(Payload.decode(noise, CODEC).isEmpty());
        }
    }
}

package dev.ballast.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class HeaderBytesTest {
    @Test
    void decode_anyHeaders_areAsTheyWere() {
        Random random = new Random(7);
        for (int round = 0; round < 500; round++) {
            Headers headers = new RecordHeaders();
            for (int i = random.nextInt(5); i > 0; i--) {
                byte[] value = new byte[random.nextInt(40)];
                random.nextBytes(value);
                // names repeat, and are anything
                headers.add("\0ä€😀".substring(0, random.nextInt(4)), random.nextInt(4) == 0 ? null : value);
            }
            assertEquals(headers, HeaderBytes.decode(HeaderBytes.encode(headers)));
        }
    }

    @Test
    void encode_oneHeader_isLengthsAndBytes() {
        Headers headers = new RecordHeaders().add("a", "xy".getBytes(UTF_8)).add("b", null);

        assertEquals(
                "00000001" + "61" + "00000002" + "7879" + "00000001" + "62" + "ffffffff",
                HexFormat.of().formatHex(HeaderBytes.encode(headers).getBytes()));
    }
}

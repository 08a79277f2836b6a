package dev.ballast.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.ballast.audit.AuditEntry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// All that is known of a dead letter. Its key, value and headers may hold personal data: for operators only.
@RegisterForReflection
record LetterDetail(
        @JsonUnwrapped LetterSummary summary,
        @Nullable Shown key,
        @Nullable Shown value,
        List<ShownHeader> headers,

        @Schema(examples = "JsonParseException: Unexpected character")
        String cause,

        @Schema(examples = "com.fasterxml.jackson.core.JsonParseException")
        String exceptionClass,

        @Nullable Instant firstFailureAt,

        @Schema(description = "when the first letter of a chain of replays died")
        Instant bornAt,

        @Schema(
                examples = "1",
                description =
                        "how often its record was sent, or may have been: more than once where a pod died meanwhile")
        int sends,

        @Schema(description = "what operators did with it, newest first")
        List<AuditEntry> audit) {

    static LetterDetail of(StoredLetter letter, List<AuditEntry> audit) {
        List<ShownHeader> headers = new ArrayList<>();
        letter.headers().forEach(header -> headers.add(new ShownHeader(header.key(), Shown.of(header.value()))));
        return new LetterDetail(
                letter.summary(),
                Shown.of(letter.key()),
                Shown.of(letter.value()),
                headers,
                letter.cause(),
                letter.exception(),
                letter.firstFailureAt(),
                letter.bornAt(),
                letter.sends(),
                audit);
    }

    /// A header of the record.
    @RegisterForReflection
    record ShownHeader(
            @Schema(examples = "traceparent") String name,
            @Nullable Shown value) {}

    /// Bytes as text where they are UTF-8.
    @RegisterForReflection
    record Shown(
            @Schema(examples = "utf-8", description = "utf-8 or base64")
            String encoding,

            String data,

            @Schema(examples = "120", description = "length in bytes")
            int bytes) {
        static @Nullable Shown of(byte @Nullable [] bytes) {
            if (bytes == null) {
                return null;
            }
            try {
                String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
                return new Shown("utf-8", text, bytes.length);
            } catch (CharacterCodingException notText) {
                return new Shown("base64", Base64.getEncoder().encodeToString(bytes), bytes.length);
            }
        }
    }
}

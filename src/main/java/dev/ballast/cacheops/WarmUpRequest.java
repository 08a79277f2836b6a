package dev.ballast.cacheops;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The body of a warm-up: either which keys, or how many of the hottest. Read token by token, as it may be far larger
/// than other bodies: reading ends with the first id too many.
@RegisterForReflection
record WarmUpRequest(
        @Schema(examples = "[1,2,3]", description = "keys, as numbers or strings") @Nullable
        List<String> ids,

        @Schema(examples = "1000", description = "how many of the hottest keys instead") @Nullable
        Integer top) {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /// @param limit how many keys may be asked for
    /// @throws CacheOpsException.Invalid where there are more, or something else than keys
    /// @throws IOException where it is no JSON
    static WarmUpRequest read(String body, int limit) throws IOException {
        List<String> ids = null;
        Integer top = null;
        try (JsonParser parser = JSON.createParser(body)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "the body must be a JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                switch (parser.currentName()) {
                    case "ids" -> ids = ids(parser, limit);
                    case "top" -> top = top(parser, limit);
                    default -> throw new CacheOpsException.Invalid("there are the fields ids and top only");
                }
            }
            expect(parser.nextToken() == null, "the body must be one JSON object");
        }
        expect((ids == null) != (top == null), "give either ids, or top from 1 to %d".formatted(limit));
        return new WarmUpRequest(ids, top);
    }

    private static @Nullable List<String> ids(JsonParser parser, int limit) throws IOException {
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        expect(parser.currentToken() == JsonToken.START_ARRAY, "ids is an array of numbers or non-empty strings");
        List<String> ids = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            JsonToken token = parser.currentToken();
            expect(
                    token == JsonToken.VALUE_NUMBER_INT
                            || (token == JsonToken.VALUE_STRING
                                    && !parser.getText().isEmpty()),
                    "ids are numbers or non-empty strings");
            expect(ids.size() < limit, "at most %d ids are allowed, and more were given".formatted(limit));
            ids.add(parser.getText());
        }
        return ids;
    }

    private static @Nullable Integer top(JsonParser parser, int limit) throws IOException {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        String range = "top is a number from 1 to %d".formatted(limit);
        expect(token == JsonToken.VALUE_NUMBER_INT && parser.getText().length() < 10, range);
        int top = parser.getIntValue();
        expect(top >= 1 && top <= limit, range);
        return top;
    }

    private static void expect(boolean met, String otherwise) {
        if (!met) {
            throw new CacheOpsException.Invalid(otherwise);
        }
    }
}

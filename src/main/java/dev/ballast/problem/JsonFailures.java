package dev.ballast.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Turns Jackson's failures, which speak of Java classes, into sentences for the one who sent the JSON.
final class JsonFailures {
    private JsonFailures() {}

    /// Whether the reader gave up at a limit, be it in the midst of a field.
    static boolean isTooLarge(JsonProcessingException failure) {
        return failure instanceof StreamConstraintsException
                || failure.getCause() instanceof StreamConstraintsException;
    }

    static String describe(JsonProcessingException failure) {
        return switch (failure) {
            case JsonProcessingException excess
            when isTooLarge(excess) -> "the body is longer or nested deeper than allowed";
            case UnrecognizedPropertyException unknown -> "is not known here; known are " + names(unknown);
            case InvalidFormatException format -> "must be " + expected(format.getTargetType());
            case MismatchedInputException mismatch when says(mismatch, "No content") -> "the body is empty";
            case MismatchedInputException mismatch
            when says(mismatch, "Trailing token") -> "the body goes on after its JSON object";
            case MismatchedInputException mismatch
            when mismatch.getPath().isEmpty() -> "the body must be " + expected(mismatch.getTargetType());
            case MismatchedInputException mismatch -> "must be " + expected(mismatch.getTargetType());
            case JsonMappingException mapping
            when mapping.getCause() instanceof InputCoercionException -> "must be a whole number of at most 18 digits";
            case JsonMappingException mapping -> "has a value that cannot be read";
            default -> unreadable(failure);
        };
    }

    /// The path of the property, such as `items[2].name`, or null where the failure is of the whole body.
    static @Nullable String path(JsonMappingException failure) {
        if (failure.getPath().isEmpty()) {
            return null;
        }
        return failure.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }

    private static boolean says(JsonProcessingException failure, String start) {
        String message = failure.getOriginalMessage();
        return message != null && message.startsWith(start);
    }

    private static String names(UnrecognizedPropertyException unknown) {
        Collection<Object> known = unknown.getKnownPropertyIds();
        return known == null
                ? "none"
                : known.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        if (type == long.class || type == int.class || type == Long.class || type == Integer.class) {
            return "a whole number";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
        }
        if (type == String.class) {
            return "a string";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "an array";
        }
        return type == Boolean.class || type == boolean.class ? "true or false" : "a JSON object";
    }

    private static String unreadable(JsonProcessingException failure) {
        boolean repeated = says(failure, "Duplicate field");
        return (repeated ? "the body has a field twice" : "the body is not well-formed JSON") + position(failure);
    }

    private static String position(JsonProcessingException failure) {
        return failure.getLocation() == null
                ? ""
                : " at line " + failure.getLocation().getLineNr() + ", column "
                        + failure.getLocation().getColumnNr();
    }
}

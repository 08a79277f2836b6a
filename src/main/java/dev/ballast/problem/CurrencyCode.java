package dev.ballast.problem;

import static java.util.stream.Collectors.toUnmodifiableSet;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Currency;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The string is a currency code of ISO 4217, such as `EUR`.
@Documented
@Constraint(validatedBy = CurrencyCode.Known.class)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
public @interface CurrencyCode {
    String message() default "must be a currency code of ISO 4217, such as EUR";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /// Decides by the currencies the JDK knows.
    final class Known implements ConstraintValidator<CurrencyCode, String> {
        private static final Set<String> CODES = Currency.getAvailableCurrencies().stream()
                .map(Currency::getCurrencyCode)
                .collect(toUnmodifiableSet());

        /// Whether `code` is a currency of ISO 4217.
        public static boolean isKnown(@Nullable String code) {
            return code != null && CODES.contains(code);
        }

        @Override
        public boolean isValid(@Nullable String code, ConstraintValidatorContext context) {
            return isKnown(code);
        }
    }
}

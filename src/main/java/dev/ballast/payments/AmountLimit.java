package dev.ballast.payments;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/// The amount of one payment is positive and within [PaymentsConfig#maxAmount()].
@Documented
@Constraint(validatedBy = AmountLimit.Configured.class)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
@interface AmountLimit {
    String message() default "";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /// A bean, because the limit is configuration, which is not there yet when validators are made: the build
    /// makes them. Leaves a missing amount to `@NotNull`.
    @ApplicationScoped
    class Configured implements ConstraintValidator<AmountLimit, Long> {
        private final Provider<PaymentsConfig> config;

        @Inject
        Configured(Provider<PaymentsConfig> config) {
            this.config = config;
        }

        @Override
        public boolean isValid(@Nullable Long amount, ConstraintValidatorContext context) {
            if (amount == null) {
                return true;
            }
            long limit = config.get().maxAmount();
            if (amount >= 1 && amount <= limit) {
                return true;
            }
            context.disableDefaultConstraintViolation();
            context.buildConstraintViolationWithTemplate("must be a whole number from 1 to " + limit)
                    .addConstraintViolation();
            return false;
        }
    }
}

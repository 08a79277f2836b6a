package dev.ballast.payments;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// What an order asks for: the part that must not change when it is sent again.
///
/// @param amount minor units of `currency`
record Payment(String orderId, long userId, long amount, String currency) {
    /// SHA-256 over order, user, amount and currency: tells a repetition from a contradiction. None of the
    /// parts can hold a line break, so no two payments have the same text.
    byte[] fingerprint() {
        String text = orderId + '\n' + userId + '\n' + amount + '\n' + currency;
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}

package dev.ballast.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.payments.PaymentCalls;
import java.util.List;
import java.util.random.RandomGenerator;

/// A record of the topic that belongs into the dead letters, and why.
@SuppressWarnings("ArrayRecordComponent") // sent and compared by content, never by equals
record Doomed(String reason, byte[] key, byte[] value) {
    private static final long NOBODY = 900_000_000;

    /// Some record that nobody can settle.
    ///
    /// @param known orders of the payer that were sent before
    static Doomed any(Payer payer, List<Payer.Order> known, RandomGenerator random) {
        byte[] key = Long.toString(payer.user).getBytes(UTF_8);
        Payer.Order fresh = new Payer.Order(PaymentCalls.orderId(), 1);
        return switch (random.nextInt(known.isEmpty() ? 6 : 8)) {
            case 0 -> new Doomed("not-json", key, new byte[] {(byte) 0xc3, 0x28, 0, (byte) random.nextInt()});
            case 1 -> new Doomed("null-value", key, null);
            case 2 -> new Doomed("null-key", null, payer.event(fresh).getBytes(UTF_8));
            case 3 ->
                new Doomed(
                        "invalid-event",
                        key,
                        "{\"eventId\":\"%d\"}".formatted(random.nextInt()).getBytes(UTF_8));
            case 4 ->
                new Doomed(
                        "amount-out-of-range",
                        key,
                        PaymentCalls.event(fresh.id(), payer.user, -5).getBytes(UTF_8));
            case 5 -> {
                long nobody = NOBODY + random.nextInt(1_000_000);
                byte[] strange = Long.toString(nobody).getBytes(UTF_8);
                yield new Doomed(
                        "unknown-user",
                        strange,
                        PaymentCalls.event(fresh.id(), nobody, 1).getBytes(UTF_8));
            }
            default -> {
                Payer.Order order = known.get(random.nextInt(known.size()));
                Payer.Order other = new Payer.Order(order.id(), order.amount() + 1);
                yield new Doomed("fingerprint-mismatch", key, payer.event(other).getBytes(UTF_8));
            }
        };
    }
}

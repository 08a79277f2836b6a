package dev.ballast.payments;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PaymentTest {
    @Test
    void fingerprint_knownPayment_isThatOfEarlierVersions() {
        // compared with rows that an earlier version wrote, so it never changes
        assertEquals(
                "85629a11741cfe79675a1e3d1ce58abe7e0cc3d72d9746e77b312a4bd19a3e82", hex(new Payment("o", 1, 2, "EUR")));
    }

    @Test
    void fingerprint_anyPartDiffers_differs() {
        List<Payment> payments = List.of(
                new Payment("o", 1, 2, "EUR"),
                new Payment("o1", 1, 2, "EUR"),
                new Payment("o", 11, 2, "EUR"),
                new Payment("o", 1, 12, "EUR"),
                new Payment("o", 1, 2, "USD"),
                new Payment("o", 12, 1, "EUR"));

        Set<String> fingerprints = payments.stream().map(PaymentTest::hex).collect(Collectors.toSet());

        assertEquals(payments.size(), fingerprints.size());
    }

    private static String hex(Payment payment) {
        return HexFormat.of().formatHex(payment.fingerprint());
    }
}

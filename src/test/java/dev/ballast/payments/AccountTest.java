package dev.ballast.payments;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.payments.Account.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountTest {
    private static final Payment PAYMENT = new Payment("o", 1, 100, "EUR");

    @ParameterizedTest
    @CsvSource({"100,0", "101,1", "9007199254740991,9007199254740891"})
    void judge_enoughBalance_completesWithTheRest(long balance, long rest) {
        assertEquals(new Verdict.Completed(rest), new Account(1, "EUR", balance, true).judge(PAYMENT));
    }

    @ParameterizedTest
    @CsvSource({"0", "99"})
    void judge_balanceBelowAmount_declines(long balance) {
        assertEquals(new Verdict.Declined("insufficient-funds"), new Account(1, "EUR", balance, true).judge(PAYMENT));
    }

    @Test
    void judge_otherCurrency_declines() {
        assertEquals(new Verdict.Declined("currency-mismatch"), new Account(1, "USD", 1000, true).judge(PAYMENT));
    }

    @Test
    void judge_closedAccount_declinesWhateverElseIsWrong() {
        assertEquals(new Verdict.Declined("account-closed"), new Account(1, "USD", 0, false).judge(PAYMENT));
    }
}

package dev.ballast.degradation;

import static dev.ballast.degradation.Condition.FAILING;
import static dev.ballast.degradation.Condition.GONE;
import static dev.ballast.degradation.Condition.WELL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A dependency's condition by what is heard of it, second by second, on a clock of the test's own.
class DependencyTest {
    private final DependencyFixture fixture = new DependencyFixture();

    /// Each letter is a second of 20 calls: `.` all well, `x` all fail, `~` slow, `h` half of them fail, `o` one of
    /// them does, `_` nothing is heard, `!` nobody answers. What is expected is the condition after it.
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource
    void seconds_ofSignals_leadToCondition(String title, String seconds, String expected) {
        StringBuilder seen = new StringBuilder();
        seconds.chars().forEach(second -> seen.append(letter(fixture.second((char) second))));
        assertEquals(expected, seen.toString());
    }

    static Stream<Arguments> seconds_ofSignals_leadToCondition() {
        return Stream.of(
                Arguments.of("healthy", "......", "wwwwww"),
                Arguments.of("one bad second is none", "..h....", "wwwwwww"),
                Arguments.of("two bad ones are", "..hh..", "wwwfff"),
                Arguments.of("a failure in twenty is none", "oooooo", "wwwwww"),
                Arguments.of("bad ones not in a row", "h.h.h.h.", "wwwwwwww"),
                Arguments.of("silence between does not part them", "h__h", "wwwf"),
                Arguments.of("only errors: gone", "xx", "wg"),
                Arguments.of("slow is failing, not gone", "~~~", "wff"),
                Arguments.of("up after three good ones", "hh...", "wfffw"),
                Arguments.of("a doubtful one begins anew", "hh..o...", "wffffffw"),
                Arguments.of("silent at once", "!", "g"),
                Arguments.of("gone goes up by one level", "!...", "gggf"),
                Arguments.of("and then by another", "!......", "gggfwww"),
                Arguments.of("failing gets worse", "hhxx", "wffg"),
                // It went up at the end of the fifth second and fell at the end of the seventh: it stays for two.
                Arguments.of("a relapse", "hh...hh...", "wfffwwfffw"));
    }

    @Test
    void twoTimeoutsBeforeTheSilenceIsLongEnough_goneOnceItIs_withoutAThird() {
        timeOutTwice();
        assertEquals(WELL, fixture.dependency.condition());
        fixture.tick();
        fixture.tick();
        assertEquals(GONE, fixture.dependency.condition());
        assertEquals(1, fixture.notices.get());
        assertTrue(fixture.dependency.isSilent());
    }

    @Test
    void twoTimeouts_thenAnAnswer_isWellHoweverLongNothingFollows() {
        timeOutTwice();
        fixture.calls(Outcome.OK, 1);
        for (int i = 0; i < 100; i++) {
            fixture.tick();
        }
        assertEquals(WELL, fixture.dependency.condition());
    }

    @Test
    void twoTimeouts_thenAPauseOfThisProcess_isWellUntilTheAnswerThatWaitsCouldBeRead() {
        timeOutTwice();
        fixture.wait(Duration.ofSeconds(1));
        fixture.tick();
        assertEquals(WELL, fixture.dependency.condition());
        fixture.heldUp.set(true);
        fixture.tick();
        assertEquals(WELL, fixture.dependency.condition());
        fixture.heldUp.set(false);
        fixture.tick();
        assertEquals(GONE, fixture.dependency.condition());
    }

    /// The second time-out is a call's that began when the first one ended, and ends 10 ms before the silence is long
    /// enough.
    private void timeOutTwice() {
        for (int i = 0; i < 15; i++) {
            fixture.tick();
        }
        fixture.calls(Outcome.TIMED_OUT, 1);
        for (int i = 0; i < 14; i++) {
            fixture.tick();
        }
        fixture.wait(Duration.ofMillis(10));
        fixture.calls(Outcome.TIMED_OUT, 1);
    }

    @Test
    void relapses_doubleTheStay_untilAMinuteOfHealth() {
        List<Long> stays = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            fixture.second('!');
            stays.add(fixture.secondsUntil(WELL));
        }
        // three windows at least; then the doubled stay, at each of the two levels
        assertEquals(List.of(4L, 5L, 7L, 15L, 31L, 59L, 59L), stays);

        fixture.seconds('.', 60);
        fixture.second('!');
        assertEquals(4L, fixture.secondsUntil(WELL));
    }

    @Test
    void failingEveryOtherSecond_changesAtMostSixTimesAMinute() {
        for (char half : new char[] {'x', '!', 'h'}) {
            DependencyFixture flapping = new DependencyFixture();
            int changes = flapping.changesIn(60, second -> second % 2 == 0 ? half : '.');
            assertTrue(changes <= 6, half + ": " + changes);
        }
    }

    @Test
    void fewCalls_probesDecide() {
        for (int second = 0; second < 2; second++) {
            fixture.calls(Outcome.FAILED, 4);
            fixture.probes(Outcome.OK, 2);
            fixture.endSecond();
        }
        assertEquals(WELL, fixture.dependency.condition());

        for (int second = 0; second < 2; second++) {
            fixture.calls(Outcome.FAILED, 5);
            fixture.probes(Outcome.OK, 2);
            fixture.endSecond();
        }
        assertEquals(FAILING, fixture.dependency.condition());
    }

    @Test
    void whileNotWell_fewCallsHaveASayToo_orItWouldComeAndGo() {
        fixture.seconds('h', 2);
        for (int second = 0; second < 60; second++) {
            fixture.calls(Outcome.FAILED, 1);
            fixture.probes(Outcome.OK, 2);
            fixture.endSecond();
            assertEquals(FAILING, fixture.dependency.condition(), "after " + second + " s");
        }
        for (int second = 0; second < 4; second++) {
            fixture.calls(Outcome.OK, 1);
            fixture.probes(Outcome.OK, 2);
            fixture.endSecond();
        }
        assertEquals(WELL, fixture.dependency.condition());
    }

    @Test
    void watch_answered_isHeard() {
        Uni<String> call = fixture.dependency.watch(Uni.createFrom().item("done"), _ -> Outcome.FAILED);
        assertEquals("done", call.await().indefinitely());
        assertEquals(1, fixture.dependency.calls().ok());
    }

    /// The bound of the design, with callers that come every 60 ms.
    @Test
    void watch_hangingUnderTraffic_isGoneWithinASecond() {
        long begin = fixture.nanos.get();
        for (int tick = 1; fixture.dependency.condition() == WELL && tick < 100; tick++) {
            if (tick % 3 == 0) {
                var _ = watchForEver();
            }
            fixture.tick();
        }
        assertEquals(GONE, fixture.dependency.condition());
        long took = Duration.ofNanos(fixture.nanos.get() - begin).toMillis();
        assertTrue(took < 1_000, took + " ms");
        assertEquals(1, fixture.notices.get());
    }

    @Test
    void watch_shortOfLate_isNoStrike() {
        for (int call = 0; call < 5; call++) {
            Cancellable hanging = watchForEver();
            for (int tick = 0; tick < 20; tick++) {
                fixture.tick(); // the call is 0.4 s old at the last of them, and no longer than that
            }
            hanging.cancel();
            fixture.tick();
        }
        fixture.dependency.ended(Outcome.REJECTED, fixture.nanos.get());
        assertFalse(fixture.dependency.isSilent(), "it is the first strike");
    }

    @Test
    void watch_manyHangingAtOnce_areOneStrike() {
        for (int call = 0; call < 100; call++) {
            var _ = watchForEver();
        }
        for (int tick = 0; tick < 100; tick++) {
            fixture.tick();
        }
        assertEquals(WELL, fixture.dependency.condition());
        fixture.dependency.ended(Outcome.REJECTED, fixture.nanos.get());
        assertEquals(GONE, fixture.dependency.condition());
    }

    @Test
    void watch_hangingWhileHeldUp_isTheProcessOwnFault() {
        fixture.heldUp.set(true);
        for (int tick = 0; tick < 100; tick++) {
            var _ = watchForEver();
            fixture.tick();
        }
        fixture.dependency.ended(Outcome.REJECTED, fixture.nanos.get());
        assertFalse(fixture.dependency.isSilent(), "it is the first strike");
    }

    /// The first call was late before the pause, the second is only by then: its answer may be there, unread.
    @Test
    void watch_answeredInAPauseOfThisProcess_isNotGone() {
        var _ = watchForEver();
        for (int tick = 0; tick < 22; tick++) {
            fixture.tick();
        }
        Cancellable second = watchForEver();
        fixture.tick();
        fixture.wait(Duration.ofSeconds(1));
        fixture.tick();
        assertEquals(WELL, fixture.dependency.condition());
        second.cancel();
        fixture.tick();
        fixture.tick();
        assertEquals(WELL, fixture.dependency.condition());
    }

    @Test
    void watch_hangingWhileEveryTickIsLate_isGoneAllTheSame() {
        for (int tick = 0; fixture.dependency.condition() == WELL && tick < 20; tick++) {
            var _ = watchForEver();
            fixture.wait(Duration.ofMillis(200));
            fixture.dependency.tick();
        }
        assertEquals(GONE, fixture.dependency.condition());
    }

    private Cancellable watchForEver() {
        Uni<Void> never = Uni.createFrom().nothing();
        return fixture.dependency.watch(never, _ -> Outcome.FAILED).subscribe().with(_ -> {});
    }

    @Test
    void twoTimeoutsAtTheSameTime_areOne() {
        long begin = fixture.nanos.get();
        fixture.wait(Duration.ofMillis(400));
        for (int i = 0; i < 100; i++) {
            fixture.dependency.ended(Outcome.TIMED_OUT, begin);
        }
        assertEquals(WELL, fixture.dependency.condition());

        long next = fixture.nanos.get();
        fixture.wait(Duration.ofMillis(400));
        fixture.dependency.ended(Outcome.TIMED_OUT, next);
        assertEquals(GONE, fixture.dependency.condition());
        assertEquals(1, fixture.notices.get());
    }

    @Test
    void refusals_countOnceTheyWentOnForAMoment() {
        fixture.dependency.ended(Outcome.REJECTED, fixture.nanos.get());
        fixture.dependency.ended(Outcome.REJECTED, fixture.nanos.get());
        assertEquals(WELL, fixture.dependency.condition());
        fixture.wait(Duration.ofMillis(600));
        fixture.dependency.ended(Outcome.REJECTED, fixture.nanos.get());
        assertEquals(GONE, fixture.dependency.condition());
        assertTrue(fixture.dependency.isSilent());
    }

    @Test
    void oneRefusal_whileGoneButAnswering_isNoSilence() {
        fixture.second('!');
        fixture.probes(Outcome.OK, 1);
        fixture.wait(Duration.ofSeconds(1));
        fixture.dependency.ended(Outcome.REJECTED, fixture.nanos.get());
        assertEquals(GONE, fixture.dependency.condition());
        assertFalse(fixture.dependency.isSilent(), "one in a row");
        fixture.dependency.ended(Outcome.REJECTED, fixture.nanos.get());
        assertTrue(fixture.dependency.isSilent(), "two, and no answer for a second");
    }

    @Test
    void anAnswer_endsTheSilence_notTheCondition() {
        fixture.second('!');
        assertTrue(fixture.dependency.isSilent());
        fixture.probes(Outcome.OK, 1);
        assertFalse(fixture.dependency.isSilent());
        assertEquals(GONE, fixture.dependency.condition());
    }

    @Test
    void heldUp_timeoutsAndSlowAnswersAreTheProcessOwn_refusalsAreNot() {
        fixture.heldUp.set(true);
        for (int i = 0; i < 3; i++) {
            long begin = fixture.nanos.get();
            fixture.wait(Duration.ofMillis(500));
            fixture.dependency.ended(Outcome.TIMED_OUT, begin);
            fixture.dependency.ended(Outcome.OK, begin);
        }
        assertEquals(WELL, fixture.dependency.condition());
        assertEquals(new Counts(3, 0, 0, 0, 0, 1_500_000_000), fixture.dependency.calls());
        fixture.second('!');
        assertEquals(GONE, fixture.dependency.condition());
    }

    @Test
    void young_missingAndSlowAnswersAreTheProcessOwn_refusalsAreNot() {
        DependencyFixture young = new DependencyFixture(Duration.ofSeconds(10));
        for (int i = 0; i < 19; i++) {
            long begin = young.nanos.get();
            young.wait(Duration.ofMillis(500));
            young.dependency.ended(Outcome.TIMED_OUT, begin);
            young.dependency.advance();
        }
        assertEquals(WELL, young.dependency.condition());
        assertEquals(0, young.dependency.calls().total());
        young.dependency.ended(Outcome.REJECTED, young.nanos.get());
        young.dependency.ended(Outcome.REJECTED, young.nanos.get());
        assertEquals(GONE, young.dependency.condition());

        DependencyFixture older = new DependencyFixture(Duration.ofSeconds(10));
        for (int i = 0; i < 21; i++) {
            long begin = older.nanos.get();
            older.wait(Duration.ofMillis(500));
            older.dependency.ended(Outcome.TIMED_OUT, begin);
        }
        assertEquals(GONE, older.dependency.condition(), "its time is over");
    }

    @Test
    void slowAnswer_isSlow() {
        long begin = fixture.nanos.get();
        fixture.wait(Duration.ofMillis(201));
        fixture.dependency.ended(Outcome.OK, begin);
        assertEquals(1, fixture.dependency.calls().slow());
    }

    @Test
    void watch_failureThatSaysNothing_isNotHeard() {
        Uni<String> call =
                fixture.dependency.watch(Uni.createFrom().failure(new IllegalArgumentException("4xx")), _ -> null);
        call.onFailure().recoverWithItem("").await().indefinitely();
        assertEquals(0, fixture.dependency.calls().total());
    }

    @Test
    void watch_callerLeaves_isNotHeard() {
        watchForEver().cancel();
        assertEquals(0, fixture.dependency.calls().total());
    }

    private static char letter(Condition condition) {
        return condition.wireName().charAt(0);
    }
}

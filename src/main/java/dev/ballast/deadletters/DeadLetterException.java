package dev.ballast.deadletters;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A call about dead letters that is refused, and why.
final class DeadLetterException extends DomainException {
    private final Fault fault;

    private DeadLetterException(Kind kind, String detail) {
        super(kind, detail);
        this.fault = Fault.CALL;
    }

    private DeadLetterException(Kind kind, String detail, Fault fault, @Nullable Throwable cause) {
        super(kind, detail, cause);
        this.fault = fault;
    }

    /// Whose fault it is.
    enum Fault {
        /// The call's: nothing was tried.
        CALL,
        /// The letter's: another one may succeed.
        LETTER,
        /// Kafka's: another one would fail as well.
        KAFKA
    }

    Fault fault() {
        return fault;
    }

    static DeadLetterException invalid(String detail) {
        return new DeadLetterException(Kind.INVALID, detail);
    }

    static DeadLetterException unknown(String id) {
        return new DeadLetterException(Kind.NOT_FOUND, "there is no dead letter " + id);
    }

    static DeadLetterException unknownRun(long run) {
        return new DeadLetterException(Kind.NOT_FOUND, "there is no bulk replay " + run);
    }

    static DeadLetterException notOpen(LetterSummary letter) {
        return conflict(
                "%s is %s; only an OPEN letter can be replayed or discarded".formatted(letter.id(), letter.status()));
    }

    static DeadLetterException usedUp(StoredLetter letter, int limit) {
        return conflict("%s was replayed %d times, at most %d are allowed (ballast.deadletters.max-replays)"
                .formatted(letter.summary().id(), letter.replays(), limit));
    }

    static DeadLetterException tooOld(LetterSummary letter, Duration within) {
        return conflict(("%s died first more than %d days ago; what would absorb a repetition may be forgotten, so it"
                        + " can only be discarded")
                .formatted(letter.id(), within.toDays()));
    }

    static DeadLetterException noOrigin(LetterSummary letter) {
        return conflict("%s does not say where it came from, so it can only be discarded".formatted(letter.id()));
    }

    static DeadLetterException leftOut(LetterSummary letter) {
        return conflict(
                "%s has %d bytes, too many for a letter: it lies in its topic alone, so it can only be discarded"
                        .formatted(letter.id(), letter.leftOut()));
    }

    static DeadLetterException busy(String topic) {
        return conflict("another bulk replay of " + topic + " is running; wait for its end");
    }

    static DeadLetterException notSent(LetterSummary letter, Throwable cause) {
        return new DeadLetterException(
                Kind.UNAVAILABLE,
                ("Kafka did not acknowledge %s in time, it is open again; it may have been sent, which counts as a"
                                + " replay, and replaying it once more is safe")
                        .formatted(letter.id()),
                Fault.KAFKA,
                cause);
    }

    static DeadLetterException unreachable(LetterSummary letter, Throwable cause) {
        return new DeadLetterException(
                Kind.UNAVAILABLE,
                "Kafka does not answer; %s was not sent and is open again".formatted(letter.id()),
                Fault.KAFKA,
                cause);
    }

    static DeadLetterException topicGone(LetterSummary letter) {
        return new DeadLetterException(
                Kind.CONFLICT,
                ("the topic %s of %s is gone; it was not sent and is open again: make the topic anew and replay it, or"
                                + " discard it")
                        .formatted(letter.topic(), letter.id()),
                Fault.KAFKA,
                null);
    }

    static DeadLetterException tooLarge(LetterSummary letter, Throwable cause) {
        return new DeadLetterException(
                Kind.CONFLICT,
                ("%s is larger than the topic %s takes; it was not sent and is open again: raise the topic's"
                                + " max.message.bytes and replay it, or discard it")
                        .formatted(letter.id(), letter.topic()),
                Fault.LETTER,
                cause);
    }

    private static DeadLetterException conflict(String detail) {
        return new DeadLetterException(Kind.CONFLICT, detail);
    }
}

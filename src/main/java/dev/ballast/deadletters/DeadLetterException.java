package dev.ballast.deadletters;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import java.time.Duration;

/// A call about dead letters that is refused, and why.
final class DeadLetterException extends DomainException {
    private DeadLetterException(Kind kind, String detail) {
        super(kind, detail);
    }

    private DeadLetterException(Kind kind, String detail, Throwable cause) {
        super(kind, detail, cause);
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

    static DeadLetterException usedUp(LetterSummary letter, int limit) {
        return conflict("%s was replayed %d times, at most %d are allowed (ballast.deadletters.max-replays)"
                .formatted(letter.id(), letter.replays(), limit));
    }

    static DeadLetterException tooOld(LetterSummary letter, Duration within) {
        return conflict(("%s died first more than %d days ago; what would absorb a repetition may be forgotten, so it"
                        + " can only be discarded")
                .formatted(letter.id(), within.toDays()));
    }

    static DeadLetterException noOrigin(LetterSummary letter) {
        return conflict("%s does not say where it came from, so it can only be discarded".formatted(letter.id()));
    }

    static DeadLetterException busy(String topic) {
        return conflict("another bulk replay of " + topic + " is running; wait for its end");
    }

    static DeadLetterException notSent(LetterSummary letter, Throwable cause) {
        return new DeadLetterException(
                Kind.UNAVAILABLE,
                "Kafka did not acknowledge %s in time, it is open again; replaying it once more is safe"
                        .formatted(letter.id()),
                cause);
    }

    private static DeadLetterException conflict(String detail) {
        return new DeadLetterException(Kind.CONFLICT, detail);
    }
}

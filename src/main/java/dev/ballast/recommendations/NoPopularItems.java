package dev.ballast.recommendations;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;

/// There is no list, or it is empty: somebody forgot to fill it.
final class NoPopularItems extends DomainException {
    NoPopularItems() {
        super(Kind.UNAVAILABLE, "The list of popular items is empty.");
    }
}

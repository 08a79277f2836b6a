package dev.ballast.messaging;

/// Carries [Outcome.Later] through the retry, which listens to failures only.
final class Postponed extends RuntimeException {
    private final String dependency;

    Postponed(Outcome.Later later) {
        super(later.dependency() + " is away", later.cause(), false, false);
        this.dependency = later.dependency();
    }

    String dependency() {
        return dependency;
    }
}

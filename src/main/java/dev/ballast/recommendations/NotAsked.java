package dev.ballast.recommendations;

/// A call that is not made, which says nothing of the API.
final class NotAsked extends RuntimeException {
    NotAsked(String why) {
        super(why, null, false, false);
    }
}

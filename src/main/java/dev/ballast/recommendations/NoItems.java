package dev.ballast.recommendations;

/// The API answered, but not with items.
final class NoItems extends RuntimeException {
    private final boolean ownFault;

    /// @param ownFault whether the API is to blame
    NoItems(String message, boolean ownFault) {
        super(message, null, false, false);
        this.ownFault = ownFault;
    }

    boolean isItsOwnFault() {
        return ownFault;
    }
}

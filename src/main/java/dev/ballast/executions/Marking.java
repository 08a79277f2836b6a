package dev.ballast.executions;

/// What is known of a record that is about to be executed.
///
/// @param suspect whether a process died while it executed the record
/// @param deaths processes that died while the record ran alone in them
public record Marking(boolean suspect, int deaths) {
    static final Marking UNSUSPICIOUS = new Marking(false, 0);
}

package dev.ballast.audit;

/// What somebody did.
///
/// @param who the `sub` of their token
/// @param action what was done, as `room.verb`
/// @param target what it was done to
/// @param detail the rest that matters, in words
/// @param outcome one of a few words
public record Deed(String who, String action, String target, String detail, String outcome) {}

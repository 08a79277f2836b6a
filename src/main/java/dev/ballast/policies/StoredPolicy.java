package dev.ballast.policies;

/// A policy that was changed live.
record StoredPolicy(String name, long version, Definition definition) {}

package dev.ballast.kafka;

/// Fired once, when Kafka has been reached and the topics are there.
public record TopicsReady() {}

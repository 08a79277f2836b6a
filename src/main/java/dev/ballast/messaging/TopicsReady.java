package dev.ballast.messaging;

import java.util.List;

/// Fired once, when Kafka answered for the first time and the topics exist: the moment to start consuming.
public record TopicsReady(List<String> topics) {}

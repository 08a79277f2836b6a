/// The local stack: the real PostgreSQL, Redis and Kafka and a stub of the recommendation API, without Docker,
/// in a process of their own. Tests, the local run and the benchmarks start the same servers, may kill, stop,
/// pause and restart each of them, and leave none behind, whoever dies first.
///
/// [Stack] is the door for tests, [FaultProxy] a way to a server that fails for one pod alone, [LocalStack] the
/// process, [Control] its remote control for people with curl.
///
/// - `./mvnw -Plocal` runs servers and service; `target/local/stack.env` tells scripts where everything is.
/// - `./mvnw -Plocal -Dservice=none`, and in a second terminal `./mvnw quarkus:dev -Dquarkus.profile=local`: the
///   service with live reload, on the same servers by their default ports.
package dev.ballast.stack;

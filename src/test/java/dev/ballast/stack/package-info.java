/// The local stack: the real PostgreSQL, Redis and Kafka and a stub of the recommendation API, without Docker,
/// in a process of their own. Tests, the local run and the benchmarks start the same servers, may kill, stop,
/// pause and restart each of them, and leave none behind, whoever dies first.
///
/// [Stack] is the door for tests, [LocalStack] the process, `./mvnw -Plocal` the command.
package dev.ballast.stack;

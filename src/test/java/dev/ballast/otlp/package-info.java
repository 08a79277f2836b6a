/// A collector for tests: takes what the packaged service exports over OTLP and lets a test look at it, trace by
/// trace. [OtlpReceiver] is the door.
package dev.ballast.otlp;

package dev.ballast.index;

import java.util.Map;

/// What `GET /` answers.
///
/// @param service the service's name
/// @param version of the build
/// @param links places to go on from, by what is there
record Index(String service, String version, Map<String, String> links) {}

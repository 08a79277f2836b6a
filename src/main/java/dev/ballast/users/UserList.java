package dev.ballast.users;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The answer of a bulk read.
///
/// @param users in the order asked for, each once
/// @param missing the ids asked for that no user has
@RegisterForReflection
record UserList(List<User> users, @Schema(examples = "[3]") List<Long> missing) {
    static final int LIMIT = 500;
}

package dev.ballast.console;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/// Settings of the operations page.
@ConfigMapping(prefix = "ballast.console")
interface ConsoleSettings {
    /// Tokens to sign in with by one click, which anyone gets who asks for them: the local stack's own. Refused in
    /// production.
    SignIn signIn();

    /// A token per role.
    interface SignIn {
        /// Of an operator.
        Optional<String> operator();

        /// Of a backend that speaks for many.
        Optional<String> service();

        /// Of a user.
        Optional<String> user();
    }
}

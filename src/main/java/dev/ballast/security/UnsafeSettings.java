package dev.ballast.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which settings are not fit for production, each with its name and what it must be.
final class UnsafeSettings {
    static final String ISSUER = "mp.jwt.verify.issuer";
    static final String AUDIENCES = "mp.jwt.verify.audiences";
    static final String KEY_LOCATION = "mp.jwt.verify.publickey.location";
    static final String KEY = "mp.jwt.verify.publickey";
    static final String PASSWORD = "quarkus.datasource.password";
    static final String FAIL_POINT = "ballast.failpoint";
    static final String SIGN_IN = "ballast.console.sign-in.";

    private static final String LOCAL_KEY = "/local-jwt-public.pem";
    private static final String LOCAL_ISSUER = "https://ballast.local";
    private static final Set<String> DEFAULT_PASSWORDS =
            Set.of("", "ballast", "postgres", "password", "admin", "root", "secret", "changeme", "test");

    private UnsafeSettings() {}

    /// @param setting looks a setting up by name
    static List<String> of(Function<String, Optional<String>> setting) {
        List<String> unsafe = new ArrayList<>();
        checkIssuer(setting.apply(ISSUER), unsafe);
        if (isBlank(setting.apply(AUDIENCES))) {
            unsafe.add(AUDIENCES + " is missing: set it to the audience that tokens for this service carry");
        }
        checkKey(setting.apply(KEY), setting.apply(KEY_LOCATION), unsafe);
        String password = setting.apply(PASSWORD).orElse("");
        if (DEFAULT_PASSWORDS.contains(password.toLowerCase(Locale.ROOT))) {
            unsafe.add("POSTGRES_PASSWORD is missing or a well-known default: set a password of your own");
        }
        if (setting.apply(FAIL_POINT).isPresent()) {
            unsafe.add(FAIL_POINT + " is set, which ends the service on purpose: it is for tests, take it out");
        }
        for (String role : List.of(Roles.OPERATOR, Roles.SERVICE, Roles.USER)) {
            if (setting.apply(SIGN_IN + role).isPresent()) {
                unsafe.add(SIGN_IN + role
                        + " is set, which hands a token to anyone: it is for the local stack, take it out");
            }
        }
        return unsafe;
    }

    private static void checkIssuer(Optional<String> issuer, List<String> unsafe) {
        if (isBlank(issuer)) {
            unsafe.add(ISSUER + " is missing: set it to the issuer whose tokens are accepted");
        } else if (issuer.get().strip().equals(LOCAL_ISSUER)) {
            unsafe.add(ISSUER + " is that of the local profile: set your own");
        }
    }

    private static void checkKey(Optional<String> key, Optional<String> location, List<String> unsafe) {
        if (isBlank(key) && isBlank(location)) {
            unsafe.add(KEY_LOCATION + " is missing: set it to the public key or key set that verifies tokens");
            return;
        }
        if (location.map(String::strip).filter(at -> at.startsWith("http:")).isPresent()) {
            unsafe.add(KEY_LOCATION + " is read over plain http, where anyone on the way can change it: use https");
        }
        boolean local = key.map(UnsafeSettings::isLocalKey).orElse(false)
                || location.map(UnsafeSettings::read)
                        .map(UnsafeSettings::isLocalKey)
                        .orElse(false);
        if (local) {
            unsafe.add(KEY_LOCATION + " leads to the local profile's key, whose private half is public: set your own");
        }
    }

    private static boolean isBlank(Optional<String> value) {
        return value.map(String::isBlank).orElse(true);
    }

    /// Compares the key itself, so that a copy under another name is found out too.
    private static boolean isLocalKey(String pem) {
        String local = resource(LOCAL_KEY);
        return local != null && bare(pem).contains(bare(local));
    }

    private static String bare(String pem) {
        return pem.replaceAll("-----[A-Z ]+-----|\\s|\\\\n", "");
    }

    /// The key's text where the location is a file or in the archive; null for an address, which is read later.
    private static @Nullable String read(String location) {
        String path = location.strip();
        if (path.matches("https?:.*")) {
            return null;
        }
        String plain = path.replaceFirst("^(classpath|file):(//)?", "");
        try {
            Path file = Path.of(plain);
            return Files.isReadable(file)
                    ? Files.readString(file)
                    : resource(plain.startsWith("/") ? plain : "/" + plain);
        } catch (IOException unreadable) {
            return null;
        }
    }

    private static @Nullable String resource(String name) {
        try (InputStream stream = UnsafeSettings.class.getResourceAsStream(name)) {
            return stream == null ? null : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return null;
        }
    }
}

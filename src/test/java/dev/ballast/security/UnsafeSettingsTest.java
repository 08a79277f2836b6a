package dev.ballast.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsafeSettingsTest {
    private final Map<String, String> settings = new HashMap<>(Map.of(
            UnsafeSettings.ISSUER, "https://issuer.example.org",
            UnsafeSettings.AUDIENCES, "ballast",
            UnsafeSettings.KEY_LOCATION, "https://issuer.example.org/keys",
            UnsafeSettings.PASSWORD, "correct horse battery staple"));

    @Test
    void of_soundSettings_nothing() {
        assertEquals(List.of(), unsafe());
    }

    @Test
    void of_nothingSet_namesEverySetting() {
        settings.clear();
        String all = String.join("\n", unsafe());
        assertEquals(4, unsafe().size(), all);
        for (String name : List.of(
                UnsafeSettings.ISSUER, UnsafeSettings.AUDIENCES, UnsafeSettings.KEY_LOCATION, "POSTGRES_PASSWORD")) {
            assertTrue(all.contains(name), name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Roles.OPERATOR, Roles.SERVICE, Roles.USER})
    void of_tokenForOneClick_refused(String role) {
        settings.put(UnsafeSettings.SIGN_IN + role, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln");
        assertEquals(1, unsafe().size());
        assertTrue(unsafe().getFirst().startsWith("ballast.console.sign-in." + role + " is set"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local-jwt-public.pem", "/local-jwt-public.pem", "classpath:local-jwt-public.pem"})
    void of_localKeyByItsName_refused(String location) {
        settings.put(UnsafeSettings.KEY_LOCATION, location);
        assertKeyRefused();
    }

    @Test
    void of_localKeyCopiedElsewhere_refused(@TempDir Path folder) throws IOException {
        Path copy = folder.resolve("our-very-own.pem");
        Files.writeString(copy, localKey().replace("\n", "\r\n"));
        settings.put(UnsafeSettings.KEY_LOCATION, "file:" + copy);
        assertKeyRefused();
    }

    @Test
    void of_localKeyInline_refused() throws IOException {
        settings.remove(UnsafeSettings.KEY_LOCATION);
        settings.put(UnsafeSettings.KEY, localKey());
        assertKeyRefused();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ballast", "Postgres", "changeme"})
    void of_wellKnownPassword_refused(String password) {
        settings.put(UnsafeSettings.PASSWORD, password);
        assertTrue(unsafe().getFirst().contains("POSTGRES_PASSWORD"));
    }

    @Test
    void of_localIssuer_refused() {
        settings.put(UnsafeSettings.ISSUER, "https://ballast.local");
        assertTrue(unsafe().getFirst().contains(UnsafeSettings.ISSUER));
    }

    @Test
    void of_failPoint_refused() {
        settings.put(UnsafeSettings.FAIL_POINT, "anywhere");
        assertEquals(1, unsafe().size());
        assertTrue(unsafe().getFirst().contains(UnsafeSettings.FAIL_POINT));
    }

    private void assertKeyRefused() {
        assertEquals(1, unsafe().size());
        assertTrue(unsafe().getFirst().contains("local profile's key"), unsafe().getFirst());
    }

    private List<String> unsafe() {
        return UnsafeSettings.of(name -> Optional.ofNullable(settings.get(name)));
    }

    private static String localKey() throws IOException {
        return Files.readString(Path.of("src/main/resources/local-jwt-public.pem"));
    }
}

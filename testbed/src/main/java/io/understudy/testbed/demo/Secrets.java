package io.understudy.testbed.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The keys of one run, in files that only their owner can read.
 *
 * @param gatewayKey file with the key of the gateway's Admin API
 * @param daemonTokens file with the daemon's tokens and their roles
 * @param readToken file with the token that may look, for the application
 * @param shiftToken the token that may order shifts, for the demonstration itself
 */
record Secrets(Path gatewayKey, Path daemonTokens, Path readToken, String shiftToken) {

  static Secrets write(Path folder) throws IOException {
    String read = random();
    String shift = random();
    return new Secrets(
        secret(folder.resolve("gateway.key"), random()),
        secret(folder.resolve("daemon.tokens"), "read " + read + "\nshift " + shift + "\n"),
        secret(folder.resolve("read.token"), read),
        shift);
  }

  @Override
  public String toString() {
    return "Secrets in " + gatewayKey.getParent();
  }

  private static Path secret(Path file, String content) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, content);
  }

  private static String random() {
    byte[] bytes = new byte[24];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}

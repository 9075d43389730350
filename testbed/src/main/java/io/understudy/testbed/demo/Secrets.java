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
 * @param endpointTokens file with the tokens of the endpoints' daemons and their roles
 * @param endpointToken file with the token that may order promotions there, for the daemon
 * @param shiftToken the token that may order shifts, for the demonstration itself
 */
record Secrets(
    Path gatewayKey,
    Path daemonTokens,
    Path endpointTokens,
    Path endpointToken,
    String shiftToken) {

  static Secrets write(Path folder) throws IOException {
    String shift = random();
    String promote = random();
    return new Secrets(
        secret(folder.resolve("gateway.key"), random()),
        secret(folder.resolve("daemon.tokens"), "shift " + shift + "\n"),
        secret(folder.resolve("endpoint.tokens"), "promote " + promote + "\n"),
        secret(folder.resolve("endpoint.token"), promote),
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

package io.understudy.daemon.wire;

import java.nio.file.Path;

/**
 * Where a daemon's credentials are, each in PEM.
 *
 * @param certificate of this endpoint, then the certificates between it and the authority, if any
 * @param key its private key, PKCS #8, not encrypted
 * @param authorities whoever may issue certificates of endpoints; one or more
 */
public record PemFiles(Path certificate, Path key, Path authorities) {
  /** As {@code understudy ca} names them. */
  public static PemFiles in(Path folder, String endpoint) {
    return new PemFiles(
        folder.resolve(endpoint + ".crt"),
        folder.resolve(endpoint + ".key"),
        folder.resolve("ca.crt"));
  }
}

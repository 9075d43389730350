package io.understudy.daemon.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;

/** The major versions of PostgreSQL that tests run on. */
public enum PostgresVersion {
  V17,
  V18;

  /** One class path holds one version's programs; the build puts the other's beside it. */
  private static final Path PROGRAMS_18 = Path.of("target/postgres-18/postgres-linux-x86_64.txz");

  EmbeddedPostgres.Builder builder() {
    return switch (this) {
      case V17 -> EmbeddedPostgres.builder();
      case V18 ->
          EmbeddedPostgres.builder()
              .setPgBinaryResolver((_, _) -> Files.newInputStream(PROGRAMS_18));
    };
  }
}

package io.understudy.daemon.apply;

import io.understudy.daemon.postgres.PostgresVersion;
import org.junit.jupiter.api.Tag;

@Tag("long")
class TypeMatrixFrom17To18Test extends TypeMatrixTest {
  @Override
  PostgresVersion versionOfShadow() {
    return PostgresVersion.V18;
  }
}

package io.understudy.daemon.apply;

import io.understudy.daemon.postgres.PostgresVersion;
import org.junit.jupiter.api.Tag;

@Tag("long")
class TypeMatrixOn18Test extends TypeMatrixTest {
  @Override
  PostgresVersion versionOfPrimary() {
    return PostgresVersion.V18;
  }

  @Override
  PostgresVersion versionOfShadow() {
    return PostgresVersion.V18;
  }
}

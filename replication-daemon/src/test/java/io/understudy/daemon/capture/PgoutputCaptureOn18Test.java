package io.understudy.daemon.capture;

import io.understudy.daemon.postgres.PostgresVersion;
import org.junit.jupiter.api.Tag;

@Tag("long")
class PgoutputCaptureOn18Test extends PgoutputCaptureTest {
  @Override
  PostgresVersion version() {
    return PostgresVersion.V18;
  }
}

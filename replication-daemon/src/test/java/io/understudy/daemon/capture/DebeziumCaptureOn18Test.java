package io.understudy.daemon.capture;

import io.understudy.daemon.postgres.PostgresVersion;
import org.junit.jupiter.api.Tag;

@Tag("long")
class DebeziumCaptureOn18Test extends DebeziumCaptureTest {
  @Override
  PostgresVersion version() {
    return PostgresVersion.V18;
  }
}

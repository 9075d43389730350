package io.understudy.daemon.replication;

import io.understudy.daemon.postgres.PostgresVersion;
import org.junit.jupiter.api.Tag;

@Tag("long")
class KillAndRestartOn18Test extends KillAndRestartTest {
  @Override
  PostgresVersion version() {
    return PostgresVersion.V18;
  }
}

package io.understudy.gateway.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  @TempDir Path folder;
  private final AtomicLong random = new AtomicLong();

  @Test
  void everyMadeUpRequestIsAnsweredAndNothingIsLeftBehind() throws IOException {
    Sources sources = new Sources(() -> 0, () -> 0, random::incrementAndGet);
    Rehearsal.run(
        HostSettings.at(folder.resolve("understudy.sock")), sources, Duration.ofSeconds(1));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void itEndsWithItsTime() throws IOException {
    AtomicLong nanos = new AtomicLong();
    Sources sources =
        new Sources(
            () -> 0,
            () -> nanos.addAndGet(Duration.ofMinutes(1).toNanos()),
            random::incrementAndGet);
    Rehearsal.run(
        HostSettings.at(folder.resolve("understudy.sock")), sources, Duration.ofSeconds(1));
    assertThat(nanos.get()).isLessThan(Duration.ofMinutes(10).toNanos());
  }
}

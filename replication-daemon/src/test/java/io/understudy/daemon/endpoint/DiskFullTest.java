package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.ServiceProcesses.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.PostgresVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small file system under a journal, with real daemons; both voters must hold a commit. */
@Tag("long")
class DiskFullTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c");
  private static final Duration QUIET = Duration.ofMillis(500);

  @TempDir Path folder;
  private ServiceProcesses service;

  @BeforeEach
  void service() throws Exception {
    service = ServiceProcesses.of(folder, PostgresVersion.V18, NAMES);
  }

  @AfterEach
  void end() throws Exception {
    service.end();
    for (String endpoint : NAMES) {
      run("umount", "--quiet", service.room(endpoint).toString());
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private boolean mount(String endpoint, String size) throws IOException, InterruptedException {
    Files.createDirectories(service.room(endpoint));
    String room = service.room(endpoint).toString();
    return run("mount", "-t", "tmpfs", "-o", "size=" + size, "understudy-test", room) == 0;
  }

  @Test
  void aFullDiskOfAVoterAndThenOfTheSourceStopsCommitsAndLosesNone() throws Exception {
    boolean mounted = mount("eu-b", "2m") && mount("eu-a", "5m");
    if (!mounted) {
      System.out.println("not run: a tmpfs cannot be mounted here, that takes root's rights");
    }
    assumeTrue(mounted, "a tmpfs cannot be mounted here, that takes root's rights");
    service.startAll();
    service.awaitOpen("eu-a");
    service.awaitCopies(List.of("eu-b", "eu-c"));
    Clients clients = new Clients(service);
    clients.startWriters("large ".repeat(1_000));
    try {
      fillAndGrow("eu-b", clients);
      fillAndGrow("eu-a", clients);
      clients.end();
    } finally {
      clients.giveUp();
    }
    service.awaitEqual("eu-a");
    assertThat(clients.lost("eu-a")).isEmpty();
    assertThat(clients.surprises()).isEmpty();
  }

  private void fillAndGrow(String endpoint, Clients clients) throws Exception {
    Await.until("the daemon of " + endpoint + " ends", LONG, () -> !service.alive(endpoint));
    assertThat(Files.readString(service.log(endpoint)))
        .contains("journal: -> failed cause=")
        .contains("No space left on device");
    settled(clients);
    // It says so again if it is started on the full disk, where perhaps one more frame had room.
    service.start(endpoint);
    Await.until("it ends again", LONG, () -> !service.alive(endpoint));
    int stopped = settled(clients);
    String room = service.room(endpoint).toString();
    assertThat(run("mount", "-o", "remount,size=64m", room)).isZero();
    service.start(endpoint);
    Await.until("commits again", LONG, () -> clients.acknowledged() > stopped + 20);
  }

  /** What was on its way when the disk was full may still be acknowledged. */
  private static int settled(Clients clients) throws Exception {
    int[] seen = {-1};
    long[] since = {0};
    Await.until(
        "acknowledgements stop",
        LONG,
        () -> {
          int now = clients.acknowledged();
          if (now != seen[0]) {
            seen[0] = now;
            since[0] = System.nanoTime();
          }
          return System.nanoTime() - since[0] > QUIET.toNanos();
        });
    return seen[0];
  }
}

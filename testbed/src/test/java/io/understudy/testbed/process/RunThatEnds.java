package io.understudy.testbed.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A run in a JVM of its own, for {@link NothingIsLeftTest}: a PostgreSQL server, and a shell that
 * ignores SIGTERM and has a grandchild in a session of its own.
 */
public final class RunThatEnds {
  private RunThatEnds() {}

  public static void main(String[] args) throws Exception {
    RunFolder folder = RunFolder.create(Path.of(args[0]));
    Patience patience = new Patience(System::nanoTime, folder.logs());
    try (ProcessFamily family = ProcessFamily.gather(folder)) {
      PostgresTemplate template = PostgresTemplate.make(folder.room("template"));
      int port = freePort();
      PostgresServer server =
          template.server("postgres", folder.room("eu-a").resolve("data"), port);
      server.awaitReady(server.start(family), patience);
      Child stubborn =
          family.start(
              new Program(
                  "stubborn",
                  folder.room("stubborn"),
                  List.of(
                      "sh",
                      "-c",
                      "trap '' TERM INT; setsid sleep 1000 & echo ready; while :; do wait; done"),
                  Map.of()));
      stubborn.awaitReady(patience, Duration.ofSeconds(10));
      System.out.println("ready " + folder.root());
      switch (args[1]) {
        case "normal" -> {}
        case "failure" -> throw new IllegalStateException("as asked");
        default -> Thread.sleep(Duration.ofMinutes(5));
      }
    }
  }

  private static int freePort() throws Exception {
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      return ports.reserve();
    }
  }
}

package io.understudy.testbed;

import io.understudy.testbed.app.SampleApplication;
import io.understudy.testbed.bench.RouteBench;
import io.understudy.testbed.bench.commit.CommitBench;
import io.understudy.testbed.bench.resync.ResyncBench;
import io.understudy.testbed.bench.sync.Replicator;
import io.understudy.testbed.bench.sync.SyncBench;
import io.understudy.testbed.demo.Demo;
import io.understudy.testbed.demo.Machine;
import io.understudy.testbed.gateway.GatewayProcess;
import java.io.Console;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;

/** Entry point of everything in the testbed: the first argument chooses. */
public final class Main {
  private static final int WRONG_USE = 2;
  private static final String USAGE =
      """
      usage: testbed COMMAND [OPTIONS]
        gateway   stands in for Apache APISIX where there is none
        app       one endpoint of the sample application
        demo      predict, replicate, shift and take over on real local processes
        bench     a measurement: commit, resync, route, sync
        replicate the daemon's replication alone, for bench sync
        help      this text
      """;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String[] arguments) {
    String command = arguments.length == 0 ? "help" : arguments[0];
    String[] rest = Arrays.copyOfRange(arguments, Math.min(1, arguments.length), arguments.length);
    return switch (command) {
      case "gateway" -> GatewayProcess.run(rest);
      case "app" -> SampleApplication.run(rest);
      case "demo" -> Demo.run(rest, machine());
      case "bench" -> bench(rest);
      case "replicate" -> Replicator.run(rest, InstantSource.system());
      case "help" -> {
        System.out.print(USAGE);
        yield 0;
      }
      default -> {
        System.err.print("unknown command '" + command + "'\n" + USAGE);
        yield WRONG_USE;
      }
    };
  }

  private static int bench(String[] arguments) {
    String name = arguments.length == 0 ? "" : arguments[0];
    String[] rest = Arrays.copyOfRange(arguments, Math.min(1, arguments.length), arguments.length);
    return switch (name) {
      case "commit" -> CommitBench.run(rest, machine());
      case "resync" -> ResyncBench.run(rest, machine());
      case "route" -> RouteBench.run(rest, machine());
      case "sync" -> SyncBench.run(rest, machine());
      default -> {
        System.err.println(
            "there is no bench '" + name + "'; there are: commit, resync, route, sync");
        yield WRONG_USE;
      }
    };
  }

  /** JDK 25 again gives no console where there is no terminal; releases before it always did. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean onTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static Machine machine() {
    return new Machine(
        Path.of(System.getProperty("understudy.root", "")).toAbsolutePath(),
        Path.of(System.getProperty("java.io.tmpdir")),
        System::nanoTime,
        InstantSource.system(),
        System.out,
        onTerminal());
  }
}

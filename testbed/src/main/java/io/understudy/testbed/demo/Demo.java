package io.understudy.testbed.demo;

import io.understudy.testbed.process.JavaModules;
import io.understudy.testbed.process.LoopbackPorts;
import io.understudy.testbed.process.Patience;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.RunFolder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.SplittableRandom;

/** {@code demo}: predict, replicate, shift and take over on real local processes. */
public final class Demo {
  private static final int KEPT = 0;
  private static final int BROKEN = 1;
  private static final int WRONG_USE = 2;

  private final DemoOptions options;
  private final Machine machine;
  private final Screen screen;

  private Demo(DemoOptions options, Machine machine) {
    this.options = options;
    this.machine = machine;
    this.screen = new Screen(machine.out(), machine.terminal() && !options.json());
  }

  /**
   * Runs it and returns the exit status: 0 if every promise was kept, 1 if not, 2 for wrong use.
   */
  public static int run(String[] arguments, Machine machine) {
    DemoOptions options;
    try {
      options = DemoOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + DemoOptions.USAGE);
      return WRONG_USE;
    }
    return new Demo(options, machine).run();
  }

  private int run() {
    JsonObject last;
    try {
      RunFolder folder = RunFolder.create(machine.temporary());
      screen.print("logs: " + folder.logs());
      Play.Ending ending = perform(folder);
      last = ending.figures().json(ending.broken().isEmpty());
      Files.writeString(folder.logs().resolve("summary.json"), last.encodePrettily() + "\n");
      summarize(ending, folder);
    } catch (IOException | RuntimeException e) {
      screen.print("the demonstration failed: " + e.getMessage());
      last = new JsonObject().put("ok", false).put("error", String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      screen.print("interrupted");
      last = new JsonObject().put("ok", false).put("error", "interrupted");
    }
    if (options.json()) {
      screen.print(last.encode());
    }
    return last.getBoolean("ok") ? KEPT : BROKEN;
  }

  private Play.Ending perform(RunFolder folder) throws IOException, InterruptedException {
    RunClock clock = new RunClock(machine.nanos(), machine.wall());
    Patience patience = new Patience(machine.nanos(), folder.logs());
    try (ProcessFamily family = ProcessFamily.gather(folder);
        LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      Layout layout = Layout.reserve(folder, ports);
      Secrets secrets = Secrets.write(folder.room("config"));
      Cluster cluster = new Cluster(layout, new JavaModules(machine.home()), family, patience);
      screen.say(
          0,
          "starting 3 databases, 3 applications, 3 endpoint daemons, gateway, plugin, risk, daemon");
      cluster.start(ports, secrets, options.without());
      if (options.scenario() == Scenario.DEGRADE) { // A crash comes before anything is armed.
        new DressRehearsal(layout, secrets, machine.nanos()).run();
      }
      DaemonClient daemon = new DaemonClient(layout.daemon(), secrets.shiftToken());
      Play play = new Play(options, Timing.of(options.fast()), layout, cluster, clock, screen);
      Play.Ending ending = play.perform(daemon);
      screen.say(clock.secondsAt(clock.nanos()), "stopping everything");
      return ending;
    }
  }

  private void summarize(Play.Ending ending, RunFolder folder) {
    screen.print("");
    screen.print("Summary of " + options.scenario().word() + ", seed " + options.seed());
    for (var figure : ending.figures().json(ending.broken().isEmpty())) {
      screen.print("  " + figure.getKey() + ": " + figure.getValue());
    }
    if (ending.broken().isEmpty()) {
      screen.print("Every promise was kept.");
    } else {
      screen.print("Broken promises:");
      ending.broken().forEach(promise -> screen.print("  - " + promise));
    }
    screen.print("Logs are in " + folder.logs());
  }
}

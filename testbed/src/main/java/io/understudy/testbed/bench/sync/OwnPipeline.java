package io.understudy.testbed.bench.sync;

import io.understudy.testbed.process.Child;
import io.understudy.testbed.process.JavaModules;
import io.understudy.testbed.process.Patience;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.Program;
import io.understudy.testbed.process.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The daemon's replication in a process of its own, see {@link Replicator}. */
final class OwnPipeline implements Pipeline {
  static final String DATABASE = "ours";

  private static final int HEAP_MEGABYTES = 512;
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Stage stage;
  private final RunFolder folder;
  private final ProcessFamily family;
  private final Patience patience;
  private final JavaModules modules;
  private final String capture;
  private int starts;
  private double peakMegabytes;
  private double processorSecondsArmed;
  private @Nullable Child running;

  OwnPipeline(Stage stage, Setting setting, String capture) {
    this.stage = stage;
    this.folder = setting.folder();
    this.family = setting.family();
    this.patience = setting.patience();
    this.modules = setting.modules();
    this.capture = capture;
  }

  /** What it needs to start processes. */
  record Setting(RunFolder folder, ProcessFamily family, Patience patience, JavaModules modules) {}

  @Override
  public String database() {
    return DATABASE;
  }

  /** The first start makes the slot and copies the tables. */
  @Override
  public void prepare() throws IOException, InterruptedException {
    arm();
    start();
    child().awaitReady(patience, READY);
    stop();
  }

  @Override
  public void arm() throws IOException {
    String name = "replicator-" + ++starts;
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "replicate",
                signal().toString(),
                capture,
                address(stage.primary(), Stage.PRIMARY_DATABASE)));
    stage.shadows().forEach(shadow -> arguments.add(address(shadow, DATABASE)));
    List<String> command =
        modules.command(
            new JavaModules.Entry(
                "testbed",
                "io.understudy.testbed.Main",
                HEAP_MEGABYTES,
                JavaModules.Jit.FULL_SPEED),
            arguments);
    Child child = family.start(new Program(name, folder.room(name), command, Map.of()));
    running = child;
    patience.await(
        name + " to wait for its signal", READY, () -> !child.alive() || says(child, "armed"));
    processorSecondsArmed = ProcessorTime.seconds(List.of(child.pid()));
  }

  @Override
  public void start() throws IOException {
    Files.createFile(signal());
  }

  @Override
  public void stop() throws InterruptedException {
    child().stop(GRACE);
    running = null;
  }

  @Override
  public double ownProcessorSeconds() throws IOException {
    peakMegabytes = Math.max(peakMegabytes, ProcessorTime.peakMegabytes(child().pid()));
    return ProcessorTime.seconds(List.of(child().pid())) - processorSecondsArmed;
  }

  double peakMegabytes() {
    return peakMegabytes;
  }

  /** Waits until every shadow is in sync. */
  void awaitInSync() {
    child().awaitReady(patience, READY);
  }

  /** The lags that the newest process has seen, milliseconds. */
  List<Long> lags() throws IOException {
    Path log = folder.logs().resolve("replicator-" + starts + ".log");
    return Files.readAllLines(log).stream()
        .filter(line -> line.startsWith("lag "))
        .map(line -> Long.parseLong(line.substring("lag ".length())))
        .toList();
  }

  private Path signal() {
    return folder.rooms().resolve("replicator-" + starts + ".go");
  }

  private static boolean says(Child child, String line) {
    try {
      return Files.readAllLines(child.log()).contains(line);
    } catch (IOException e) {
      return false; // Not written yet.
    }
  }

  private Child child() {
    Child child = running;
    if (child == null) {
      throw new IllegalStateException("it does not run");
    }
    return child;
  }

  private static String address(Stage.Place place, String database) {
    return place.name() + ":" + place.server().port() + ":" + database;
  }
}

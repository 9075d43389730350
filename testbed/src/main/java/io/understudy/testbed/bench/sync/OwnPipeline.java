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

/**
 * The daemon's replication in a process of its own, see {@link Replicator}: it stays, as the
 * servers do.
 */
final class OwnPipeline implements Pipeline {
  static final String DATABASE = "ours";

  private static final String NAME = "replicator";
  private static final int HEAP_MEGABYTES = 512;
  private static final Duration READY = Duration.ofSeconds(60);

  private final Stage stage;
  private final RunFolder folder;
  private final ProcessFamily family;
  private final Patience patience;
  private final JavaModules modules;
  private final String capture;
  private int round;
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
  public void prepare() throws IOException {
    Files.createDirectories(signals());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "replicate",
                signals().toString(),
                capture,
                address(stage.primary(), Stage.PRIMARY_DATABASE)));
    stage.shadows().forEach(shadow -> arguments.add(address(shadow, DATABASE)));
    JavaModules.Entry entry =
        new JavaModules.Entry(
            "testbed", "io.understudy.testbed.Main", HEAP_MEGABYTES, JavaModules.Jit.FULL_SPEED);
    running =
        family.start(
            new Program(NAME, folder.room(NAME), modules.command(entry, arguments), Map.of()));
    arm();
    start();
    awaitInSync();
    stop();
  }

  @Override
  public void arm() throws IOException {
    awaitSays("armed " + ++round);
    processorSecondsArmed = ProcessorTime.seconds(List.of(child().pid()));
  }

  @Override
  public void start() throws IOException {
    Files.createFile(signals().resolve(round + ".go"));
  }

  @Override
  public void stop() throws IOException {
    Files.createFile(signals().resolve(round + ".halt"));
    awaitSays("halted " + round);
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
    awaitSays("ready " + round);
  }

  /** The lags that were seen in the newest round, milliseconds. */
  List<Long> lags() throws IOException {
    List<String> lines = Files.readAllLines(child().log());
    return lines.subList(lines.indexOf("ready " + round), lines.size()).stream()
        .filter(line -> line.startsWith("lag "))
        .map(line -> Long.parseLong(line.substring("lag ".length())))
        .toList();
  }

  private Path signals() {
    return folder.rooms().resolve(NAME + "-signals");
  }

  private void awaitSays(String line) {
    Child child = child();
    patience.await(NAME + " to say " + line, READY, () -> !child.alive() || says(child, line));
    if (!child.alive()) {
      throw new IllegalStateException(NAME + " has ended, see " + child.log());
    }
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

package io.understudy.testbed.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The project's built modules, each of which can be started as a JVM of its own.
 *
 * @param home root folder of the project
 */
public record JavaModules(Path home) {

  /**
   * A main class to start.
   *
   * @param module name of the module's folder
   * @param main fully qualified name of the class
   * @param heapMegabytes bound of the heap
   * @param jit how hot code is compiled
   */
  public record Entry(String module, String main, int heapMegabytes, Jit jit) {}

  /** How a JVM compiles hot code: on few cores the second compiler pays only where load is. */
  public enum Jit {
    FAST_START,
    FULL_SPEED
  }

  /**
   * The command line that starts it.
   *
   * @throws IOException if the module is not built; the message says how to build it
   */
  public List<String> command(Entry entry, List<String> arguments) throws IOException {
    Path target = home.resolve(entry.module()).resolve("target");
    Path classPath = target.resolve("class-path.txt");
    if (!Files.isReadable(classPath)) {
      throw new IOException(classPath + " is missing: build first, with ./mvnw -Pquick package");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + entry.heapMegabytes() + "m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:+ExitOnOutOfMemoryError");
    if (entry.jit() == Jit.FAST_START) {
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("-cp");
    command.add(target.resolve("classes") + ":" + Files.readString(classPath).strip());
    command.add(entry.main());
    command.addAll(arguments);
    return command;
  }
}

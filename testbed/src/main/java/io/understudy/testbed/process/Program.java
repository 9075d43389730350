package io.understudy.testbed.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What to start.
 *
 * @param name unique in the run; also the name of its log file
 * @param folder its working directory, below the run's rooms
 * @param command executable and arguments
 * @param environment variables on top of ours
 */
public record Program(
    String name, Path folder, List<String> command, Map<String, String> environment) {
  public Program {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }
}

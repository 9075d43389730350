package io.understudy.daemon.command;

import io.understudy.daemon.config.ConfigFile;
import io.understudy.daemon.config.DaemonConfig;
import io.understudy.model.config.InvalidConfigException;
import io.understudy.model.config.Topology;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A command line: {@code SERVICE --config FILE [FLAGS] [FILE]}, read against the configuration.
 *
 * @param config the configuration that {@code --config} names
 * @param service the service
 * @param flags options without a value that were given, with their dashes
 * @param operands what else was given
 */
record Call(
    DaemonConfig config, Topology.Service service, Set<String> flags, List<String> operands) {

  /** A command line that says nothing sensible. */
  static final class WrongUseException extends Exception {
    private static final long serialVersionUID = 1L;

    WrongUseException(String message) {
      super(message);
    }
  }

  /**
   * Reads a command line.
   *
   * @param known flags that the command knows
   * @param operandCount how many operands it takes after the service
   * @throws WrongUseException if it cannot be understood
   * @throws InvalidConfigException if the configuration has mistakes
   */
  static Call read(List<String> arguments, Set<String> known, int operandCount)
      throws WrongUseException {
    List<String> operands = new ArrayList<>();
    Set<String> flags = new TreeSet<>();
    Optional<Path> file = Optional.empty();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("--config") && i + 1 < arguments.size()) {
        file = Optional.of(Path.of(arguments.get(++i)));
      } else if (known.contains(argument)) {
        flags.add(argument);
      } else if (argument.startsWith("-")) {
        throw new WrongUseException("'" + argument + "' is not known here");
      } else {
        operands.add(argument);
      }
    }
    if (file.isEmpty()) {
      throw new WrongUseException("--config FILE is missing: the daemon's understudy.yaml");
    }
    if (operands.size() != 1 + operandCount) {
      throw new WrongUseException(
          "expected a service" + (operandCount > 0 ? " and one thing more" : ""));
    }
    DaemonConfig config = ConfigFile.read(file.get());
    String name = operands.removeFirst();
    List<String> names = config.topology().services().stream().map(s -> s.name()).toList();
    Topology.Service service =
        config.topology().services().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> new WrongUseException("there is no service '" + name + "'; known: " + names));
    return new Call(config, service, flags, operands);
  }

  boolean has(String flag) {
    return flags.contains(flag);
  }
}

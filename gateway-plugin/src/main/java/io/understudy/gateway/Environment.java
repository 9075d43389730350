package io.understudy.gateway;

import io.understudy.gateway.host.HostSettings;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.InvalidConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The plugin host's configuration. The gateway starts the host and passes it variables of its own,
 * so all of it comes from the environment.
 *
 * @param settings how to listen: {@code APISIX_LISTEN_ADDRESS}, {@code APISIX_CONF_EXPIRE_TIME},
 *     {@code UNDERSTUDY_SOCKET_MODE}, {@code UNDERSTUDY_FRAME_BYTES_MAX}
 * @param members Hazelcast members of the daemons: {@code UNDERSTUDY_HAZELCAST}
 * @param metrics where to serve Prometheus metrics, or null for nowhere: {@code UNDERSTUDY_METRICS}
 */
record Environment(HostSettings settings, List<HostPort> members, @Nullable HostPort metrics) {
  private static final String LISTEN = "APISIX_LISTEN_ADDRESS";
  private static final String EXPIRE = "APISIX_CONF_EXPIRE_TIME";
  private static final String MODE = "UNDERSTUDY_SOCKET_MODE";
  private static final String FRAME = "UNDERSTUDY_FRAME_BYTES_MAX";
  private static final String HAZELCAST = "UNDERSTUDY_HAZELCAST";
  private static final String METRICS = "UNDERSTUDY_METRICS";

  /** Addresses of Unix sockets end at 107 bytes; binding beside the path needs 4 of them. */
  private static final int PATH_BYTES_MAX = 103;

  /**
   * Reads the variables.
   *
   * @throws InvalidConfigException with every problem, one a line
   */
  static Environment read(Map<String, String> variables) {
    return new Reader(variables).read();
  }

  /** Notes problems and goes on with a stand-in, so that all are reported together. */
  private static final class Reader {
    private final Map<String, String> variables;
    private final List<String> problems = new ArrayList<>();

    Reader(Map<String, String> variables) {
      this.variables = variables;
    }

    Environment read() {
      HostSettings defaults = HostSettings.at(Path.of("unset"));
      HostSettings settings =
          new HostSettings(
              required(LISTEN, Reader::socket, defaults.socket()),
              optional(MODE, Reader::mode, defaults.mode()),
              optional(
                  FRAME,
                  text -> (int) number(text, 1024, HostSettings.FRAME_BYTES_LIMIT),
                  defaults.frameBytesMax()),
              defaults.frameSecondsMax(),
              defaults.connectionsMax(),
              defaults.confsMax(),
              optional(
                  EXPIRE,
                  text -> Duration.ofSeconds(number(text, 1, 31_536_000)),
                  defaults.confExpiry()));
      List<HostPort> members = required(HAZELCAST, Reader::members, List.of());
      HostPort metrics =
          present(METRICS) ? required(METRICS, HostPort::parse, new HostPort("unset", 1)) : null;
      if (!problems.isEmpty()) {
        throw new InvalidConfigException(String.join("\n", problems));
      }
      return new Environment(settings, members, metrics);
    }

    private boolean present(String name) {
      return !variables.getOrDefault(name, "").isEmpty();
    }

    private <T> T optional(String name, Function<String, T> parse, T fallback) {
      return present(name) ? required(name, parse, fallback) : fallback;
    }

    private <T> T required(String name, Function<String, T> parse, T standIn) {
      try {
        String text = variables.getOrDefault(name, "");
        if (text.isEmpty()) {
          throw new IllegalArgumentException("missing; set it, for example " + example(name));
        }
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        problems.add(name + ": " + e.getMessage());
        return standIn;
      }
    }

    private static String example(String name) {
      return name.equals(LISTEN) ? "unix:/run/understudy/runner.sock" : "127.0.0.1:5701";
    }

    private static Path socket(String text) {
      String path = text.startsWith("unix:") ? text.substring("unix:".length()) : "";
      if (!path.startsWith("/") || path.endsWith("/")) {
        throw new IllegalArgumentException(
            "'" + text + "' is not of the form unix:/path/to/runner.sock");
      }
      int bytes = path.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > PATH_BYTES_MAX) {
        throw new IllegalArgumentException(
            "path of "
                + bytes
                + " bytes is longer than "
                + PATH_BYTES_MAX
                + "; choose a shorter one");
      }
      return Path.of(path);
    }

    private static Set<PosixFilePermission> mode(String text) {
      return switch (text) {
        case "0600", "600" -> PosixFilePermissions.fromString("rw-------");
        case "0660", "660" -> PosixFilePermissions.fromString("rw-rw----");
        default -> throw new IllegalArgumentException("'" + text + "' is neither 0600 nor 0660");
      };
    }

    private static List<HostPort> members(String text) {
      List<HostPort> members = new ArrayList<>();
      for (String each : text.split(",", -1)) {
        members.add(HostPort.parse(each.strip()));
      }
      return List.copyOf(members);
    }

    private static long number(String text, long min, long max) {
      if (!text.matches("[0-9]{1,15}")
          || Long.parseLong(text) < min
          || Long.parseLong(text) > max) {
        throw new IllegalArgumentException(
            "'" + text + "' is not a whole number in " + min + ".." + max);
      }
      return Long.parseLong(text);
    }
  }
}

package io.understudy.risk.config;

import io.understudy.model.config.ConfigProblems;
import io.understudy.model.config.ConfigSection;
import io.understudy.model.config.ConfigTree;
import io.understudy.model.config.Topology;
import io.understudy.risk.source.MetricNames;
import java.time.Duration;
import java.util.Optional;

/**
 * What the service is told.
 *
 * @param topology what runs where
 * @param listen where metrics and interface are served
 * @param sampleInterval time between two samples of an endpoint, 100 ms to 1 h
 * @param patience how long a scrape or probe may take; below the interval
 * @param warmUp how long an endpoint is watched before it is judged
 * @param model folder of the model, or empty for the one that ships with the product
 * @param explainLevel score from which on the contributions are published
 * @param metrics what the applications call their metrics
 */
public record RiskConfig(
    Topology topology,
    Address listen,
    Duration sampleInterval,
    Duration patience,
    Duration warmUp,
    Optional<String> model,
    double explainLevel,
    MetricNames metrics) {

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration PATIENCE_MAX = Duration.ofSeconds(5);

  /**
   * Where to listen.
   *
   * @param host name or address
   * @param port 0 for any free one
   */
  public record Address(String host, int port) {
    static Address parse(String text) {
      int colon = text.lastIndexOf(':');
      try {
        int port = Integer.parseInt(text, colon + 1, text.length(), 10);
        if (colon > 0 && port >= 0 && port <= 65_535) {
          return new Address(text.substring(0, colon), port);
        }
      } catch (NumberFormatException e) {
        // Falls through: no port and not a number read the same to the user.
      }
      throw new IllegalArgumentException(
          "'" + text + "' is not host:port, for example 127.0.0.1:9280");
    }
  }

  /**
   * Reads the whole configuration.
   *
   * @param file its name, for messages
   * @throws io.understudy.model.config.InvalidConfigException with every mistake in it
   */
  public static RiskConfig read(String file, ConfigTree tree) {
    ConfigProblems problems = new ConfigProblems();
    ConfigSection root = ConfigSection.root(tree, problems);
    Topology topology = Topology.read(root);
    ConfigSection section = root.section("risk");
    Duration interval = section.duration("sampleInterval", Duration.ofSeconds(1));
    if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
      section.reject("sampleInterval", "must be 100ms to 1h");
    }
    Duration patience = section.duration("patience", patience(interval));
    if (patience.isZero() || patience.compareTo(interval) >= 0) {
      section.reject("patience", "must be above 0 and below sampleInterval, or answers pile up");
    }
    String listen = section.text("listen", "127.0.0.1:9280");
    RiskConfig config =
        new RiskConfig(
            topology,
            address(section, listen),
            interval,
            patience,
            section.duration("warmUp", Duration.ofSeconds(15)),
            section.optionalText("model"),
            section.number("explainLevel", 0, 1, 0.3),
            MetricNames.read(section.section("metrics")));
    section.rejectUnknownKeys();
    problems.throwIfAny(file);
    return config;
  }

  private static Address address(ConfigSection section, String listen) {
    try {
      return Address.parse(listen);
    } catch (IllegalArgumentException e) {
      section.reject("listen", String.valueOf(e.getMessage()));
      return new Address("127.0.0.1", 0);
    }
  }

  private static Duration patience(Duration interval) {
    Duration most = interval.multipliedBy(4).dividedBy(5);
    return most.compareTo(PATIENCE_MAX) < 0 ? most : PATIENCE_MAX;
  }
}

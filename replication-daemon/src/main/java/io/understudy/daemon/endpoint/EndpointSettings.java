package io.understudy.daemon.endpoint;

import io.understudy.daemon.journal.RetentionPolicy;
import io.understudy.daemon.protocol.LeaseTerms;
import io.understudy.daemon.protocol.SourceLimits;
import io.understudy.model.config.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What one endpoint's daemon is told.
 *
 * @param service name of the service
 * @param self name of this endpoint
 * @param endpoints all endpoints of the service, this one among them
 * @param folder its journal and its promises, made by {@link EndpointDaemon#enrol}
 * @param pace how often it looks and speaks
 */
public record EndpointSettings(
    String service, String self, List<Topology.Endpoint> endpoints, Path folder, Pace pace) {
  /**
   * How often a daemon looks and speaks.
   *
   * @param tick between two messages to a peer that hears nothing else
   * @param look between two looks at the control record, and two attempts at what failed
   * @param limits of a source towards its voters
   * @param retention what the journal keeps of the past
   * @param snapshotMax how long a copy or a comparison may hold a snapshot of either server
   * @param verifyEvery between two comparisons of a shadow with the primary; zero for none
   */
  public record Pace(
      Duration tick,
      Duration look,
      SourceLimits limits,
      RetentionPolicy retention,
      Duration snapshotMax,
      Duration verifyEvery) {
    public static final Pace DEFAULT =
        new Pace(
            Duration.ofMillis(20),
            Duration.ofMillis(500),
            new SourceLimits(16, Duration.ofSeconds(2), LeaseTerms.DEFAULT),
            new RetentionPolicy(256L << 20, Duration.ofDays(1)),
            Duration.ofHours(1),
            Duration.ZERO);

    public Pace {
      if (!tick.isPositive() || !look.isPositive() || !snapshotMax.isPositive()) {
        throw new IllegalArgumentException(
            "tick "
                + tick
                + ", look "
                + look
                + " or snapshotMax "
                + snapshotMax
                + " is not positive");
      }
      if (verifyEvery.isNegative()) {
        throw new IllegalArgumentException("verifyEvery " + verifyEvery + " is negative");
      }
    }

    /** The same with other bounds for copies and comparisons. */
    public Pace copying(Duration newSnapshotMax, Duration newVerifyEvery) {
      return new Pace(tick, look, limits, retention, newSnapshotMax, newVerifyEvery);
    }
  }

  /**
   * @throws IllegalArgumentException if this endpoint is not among the endpoints
   */
  public EndpointSettings {
    endpoints = List.copyOf(endpoints);
    if (endpoints.stream().noneMatch(endpoint -> endpoint.name().equals(self))) {
      throw new IllegalArgumentException(
          "endpoint '" + self + "' is none of service '" + service + "'");
    }
  }

  Topology.Endpoint endpoint(String name) {
    return endpoints.stream()
        .filter(endpoint -> endpoint.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "endpoint '" + name + "' is none of service '" + service + "'"));
  }

  List<String> others() {
    return endpoints.stream()
        .map(Topology.Endpoint::name)
        .filter(name -> !name.equals(self))
        .toList();
  }
}

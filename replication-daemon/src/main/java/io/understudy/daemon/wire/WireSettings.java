package io.understudy.daemon.wire;

import io.understudy.model.Names;
import io.understudy.model.config.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One daemon's place among its peers.
 *
 * @param endpoint its registered name, which its certificate must carry
 * @param listen where it takes connections; port 0 lets the system choose
 * @param peers where the others listen, by registered name; nobody else is talked to
 * @param pem its credentials
 * @param limits its bounds
 */
public record WireSettings(
    String endpoint,
    HostPort listen,
    Map<String, HostPort> peers,
    PemFiles pem,
    WireLimits limits) {
  public WireSettings {
    peers = Map.copyOf(peers);
    List<String> problems = new ArrayList<>();
    name(problems, "endpoint", endpoint);
    peers.keySet().forEach(peer -> name(problems, "peer", peer));
    if (peers.containsKey(endpoint)) {
      problems.add("endpoint '" + endpoint + "' is among its own peers");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** The lower name dials, so that two daemons never have two connections. */
  boolean dials(String peer) {
    return endpoint.compareTo(peer) < 0;
  }

  private static void name(List<String> problems, String what, String name) {
    try {
      Names.require(what, name);
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage());
    }
  }
}

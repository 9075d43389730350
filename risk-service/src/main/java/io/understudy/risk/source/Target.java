package io.understudy.risk.source;

import io.understudy.model.RiskScore;
import io.understudy.model.config.Topology;

/**
 * An endpoint to be watched.
 *
 * @param service the service it belongs to
 * @param endpoint where it is
 */
public record Target(Topology.Service service, Topology.Endpoint endpoint) {
  /** Key in the map of scores. */
  public String key() {
    return RiskScore.key(service.name(), endpoint.name());
  }
}

package io.understudy.daemon.service;

import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.control.ControlStore;
import io.understudy.daemon.lifecycle.ShadowSelection;
import io.understudy.model.Position;
import io.understudy.model.config.Topology;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The first control record of a service. */
final class ControlRecords {
  private ControlRecords() {}

  static ControlRecord readOrCreate(
      Topology.Service service, ServicePolicy policy, ControlStore store) throws IOException {
    Optional<ControlRecord> present = store.read(service.name());
    if (present.isPresent()) {
      return present.get();
    }
    ControlRecord first = first(service, policy);
    if (!store.compareAndSet(Optional.empty(), first)) {
      throw new IOException("the control record of " + service.name() + " appeared meanwhile");
    }
    return first;
  }

  /** Epoch 1: the first endpoint is the primary, every other one in an allowed region votes. */
  static ControlRecord first(Topology.Service service, ServicePolicy policy) {
    ShadowSelection selection = new ShadowSelection(policy.regions());
    String primary = service.endpoints().getFirst().name();
    List<String> voters =
        service.endpoints().stream()
            .skip(1)
            .filter(endpoint -> selection.allows(endpoint.region()))
            .map(Topology.Endpoint::name)
            .toList();
    return new ControlRecord(
        service.name(), 1, primary, Position.NONE, voters, Math.min(policy.k(), voters.size()));
  }
}

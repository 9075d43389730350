package io.understudy.daemon.replication;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.capture.ReceiverSettings;
import io.understudy.model.config.Topology;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What to replicate: one service in one epoch.
 *
 * @param service name of the service
 * @param epoch fencing number, from 1
 * @param primary the endpoint that owns the writes in this epoch
 * @param shadows the endpoints that receive its state
 * @param k how many shadows must hold an update durably before it counts as replicated; 0 means
 *     that the primary's own disk is enough, which is a degraded service and must be shown as such
 * @param capture which capture reads the primary's commits
 * @param limits bounds of time and memory
 * @param captureDdl whether event triggers on the primary record changes of its schema, so that the
 *     shadows repeat them
 * @param receiver where Debezium Server posts to, if it is the capture
 */
public record ReplicationSpec(
    String service,
    long epoch,
    Topology.Endpoint primary,
    List<Topology.Endpoint> shadows,
    int k,
    CaptureKind capture,
    Limits limits,
    boolean captureDdl,
    Optional<ReceiverSettings.Place> receiver) {

  /** One that does not hear from a Debezium Server. */
  public ReplicationSpec(
      String service,
      long epoch,
      Topology.Endpoint primary,
      List<Topology.Endpoint> shadows,
      int k,
      CaptureKind capture,
      Limits limits,
      boolean captureDdl) {
    this(service, epoch, primary, shadows, k, capture, limits, captureDdl, Optional.empty());
  }

  /** One that does not record changes of the schema. */
  public ReplicationSpec(
      String service,
      long epoch,
      Topology.Endpoint primary,
      List<Topology.Endpoint> shadows,
      int k,
      CaptureKind capture,
      Limits limits) {
    this(service, epoch, primary, shadows, k, capture, limits, false);
  }

  /**
   * @throws IllegalArgumentException if the epoch is below 1, an endpoint is there twice, {@code k}
   *     is not within 0..shadows, or the receiver is missing
   */
  public ReplicationSpec {
    shadows = List.copyOf(shadows);
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch " + epoch + " is not positive");
    }
    if (k < 0 || k > shadows.size()) {
      throw new IllegalArgumentException(
          "k " + k + " is not within 0.." + shadows.size() + ", the number of shadows");
    }
    if (capture == CaptureKind.DEBEZIUM_SERVER && receiver.isEmpty()) {
      throw new IllegalArgumentException("capture " + capture + " needs a receiver");
    }
    Set<String> names = new HashSet<>(Set.of(primary.name()));
    for (Topology.Endpoint shadow : shadows) {
      if (!names.add(shadow.name())) {
        throw new IllegalArgumentException("endpoint '" + shadow.name() + "' is there twice");
      }
    }
  }
}

package io.understudy.gateway.host;

import io.prometheus.client.CollectorRegistry;
import io.understudy.gateway.decision.Limits;
import io.understudy.gateway.decision.Plans;
import io.understudy.gateway.decision.PreparedPlan;
import io.understudy.gateway.decision.ServiceView;
import io.understudy.gateway.decision.Snapshot;
import io.understudy.gateway.filter.UnderstudyFilter;
import io.understudy.gateway.metrics.GatewayMetrics;
import io.understudy.model.ShiftPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** A host on a real socket whose snapshot and wall clock the test sets. */
final class HostFixture implements AutoCloseable {
  static final String CONF = "{\"service\":\"orders\"}";

  final CollectorRegistry registry = new CollectorRegistry();
  final AtomicReference<Snapshot> known = new AtomicReference<>(Snapshot.NOTHING);
  final Path socket;
  private final RunnerHost host;

  HostFixture(Path folder) throws IOException {
    this(folder, settings -> settings);
  }

  HostFixture(Path folder, UnaryOperator<HostSettings> change) throws IOException {
    socket = folder.resolve("runner.sock");
    GatewayMetrics metrics = new GatewayMetrics(registry);
    Sources sources =
        new Sources(() -> Plans.ISSUED, System::nanoTime, new SplittableRandom()::nextLong);
    UnderstudyFilter filter = new UnderstudyFilter(known::get, sources.wallMillis(), metrics);
    host = RunnerHost.start(change.apply(HostSettings.at(socket)), filter, metrics, sources);
  }

  void know(ShiftPlan plan) {
    ServiceView view = new ServiceView(PreparedPlan.of(plan, Limits.DEFAULT), null, null);
    known.set(new Snapshot(true, Map.of(plan.service(), view)));
  }

  GatewayClient connect() throws IOException {
    return new GatewayClient(socket);
  }

  int connections() {
    return host.connections();
  }

  @Override
  public void close() throws IOException {
    host.close();
  }
}

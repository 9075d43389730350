package io.understudy.daemon.config;

import io.understudy.model.config.HostPort;
import io.understudy.model.config.Topology;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything a daemon is told.
 *
 * @param topology services, endpoints, Hazelcast members
 * @param policies one per service, in the topology's order
 * @param listen address of the Admin API
 * @param tokenFile file with one {@code role token} a line
 * @param stateFolder folder for the control records
 * @param gateway the gateway's Admin API; empty if routes are not ours to write
 */
public record DaemonConfig(
    Topology topology,
    List<ServicePolicy> policies,
    HostPort listen,
    Path tokenFile,
    Path stateFolder,
    Optional<Gateway> gateway) {

  /**
   * A gateway that we may configure.
   *
   * @param adminUrl its Admin API, for example {@code http://127.0.0.1:9180}
   * @param keyFile file whose content is its API key
   */
  public record Gateway(URI adminUrl, Path keyFile) {}
}

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
 * @param endpoints what is needed to command endpoints' daemons; empty if there are none
 * @param gateway the gateway's Admin API; empty if routes are not ours to write
 */
public record DaemonConfig(
    Topology topology,
    List<ServicePolicy> policies,
    HostPort listen,
    Path tokenFile,
    Path stateFolder,
    Optional<Endpoints> endpoints,
    Optional<Gateway> gateway) {

  /**
   * How endpoints' daemons are commanded.
   *
   * @param control folder of the control records that they share
   * @param tokenFile file whose content is the token that is shown to them
   */
  public record Endpoints(Path control, Path tokenFile) {}

  /**
   * A gateway that we may configure.
   *
   * @param adminUrl its Admin API, for example {@code http://127.0.0.1:9180}
   * @param keyFile file whose content is its API key
   */
  public record Gateway(URI adminUrl, Path keyFile) {}
}

package io.understudy.testbed.demo;

import io.understudy.testbed.process.LoopbackPorts;
import io.understudy.testbed.process.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What listens where in one run.
 *
 * @param folder the run's folder
 * @param endpoints the service's endpoints, the primary of epoch 1 first
 * @param gateway port of the gateway for people
 * @param gatewayAdmin port of its Admin API
 * @param daemon port of the daemon's Admin API
 * @param hazelcast port of the daemon's Hazelcast member
 * @param risk port of the risk service
 */
record Layout(
    RunFolder folder,
    List<Endpoint> endpoints,
    int gateway,
    int gatewayAdmin,
    int daemon,
    int hazelcast,
    int risk) {
  static final String SERVICE = "orders";

  /**
   * An endpoint of the service.
   *
   * @param name its name
   * @param region where it pretends to be
   * @param app port of its application
   * @param database port of its PostgreSQL server
   * @param wire port on which its daemon hears the others
   * @param daemon port on which its daemon answers over HTTP
   */
  record Endpoint(String name, String region, int app, int database, int wire, int daemon) {
    private static Endpoint reserve(String name, String region, LoopbackPorts ports)
        throws IOException {
      return new Endpoint(
          name, region, ports.reserve(), ports.reserve(), ports.reserve(), ports.reserve());
    }
  }

  static Layout reserve(RunFolder folder, LoopbackPorts ports) throws IOException {
    List<Endpoint> endpoints =
        List.of(
            Endpoint.reserve("eu-a", "eu", ports),
            Endpoint.reserve("eu-b", "eu", ports),
            Endpoint.reserve("us-a", "us", ports));
    return new Layout(
        folder,
        endpoints,
        ports.reserve(),
        ports.reserve(),
        ports.reserve(),
        ports.reserve(),
        ports.reserve());
  }

  Endpoint primary() {
    return endpoints.getFirst();
  }

  Endpoint endpoint(String name) {
    return endpoints.stream().filter(e -> e.name().equals(name)).findFirst().orElseThrow();
  }

  /** Where the daemons share the control record. */
  Path control() throws IOException {
    return folder.room("control");
  }

  /** Holds everything of an endpoint: application, database and daemon. */
  Path room(Endpoint endpoint) throws IOException {
    return folder.room(endpoint.name());
  }

  Path runnerSocket() {
    return folder.rooms().resolve("plugin").resolve("runner.sock");
  }
}

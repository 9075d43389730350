package io.understudy.model.config;

import io.understudy.model.Names;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What runs where: the part of {@code understudy.yaml} that every process reads.
 *
 * @param hazelcastMembers {@code host:port} of the daemons' Hazelcast members
 * @param services the applications behind the gateway
 */
public record Topology(List<String> hazelcastMembers, List<Service> services) {

  /**
   * One application behind the gateway.
   *
   * @param name unique name
   * @param uris path patterns of its routes in APISIX's notation, for example {@code /orders/*}
   * @param slo when a sample of an endpoint counts as a breach
   * @param endpoints its deployments; the first is the primary of epoch 1
   */
  public record Service(String name, List<String> uris, Slo slo, List<Endpoint> endpoints) {
    public Optional<Endpoint> endpoint(String endpointName) {
      return endpoints.stream().filter(e -> e.name().equals(endpointName)).findFirst();
    }
  }

  /**
   * Service level objective.
   *
   * @param latencyMillisMax 99th percentile of the request duration, milliseconds
   * @param errorRatioMax failed requests per request, 0..1
   */
  public record Slo(long latencyMillisMax, double errorRatioMax) {}

  /**
   * One deployment of a service in one region, with its own state.
   *
   * @param name unique in its service
   * @param region where it runs
   * @param host address of the application
   * @param port port of the application
   * @param metricsPath path of its Prometheus metrics on the same port
   * @param database its PostgreSQL database
   * @param daemon where its own daemon answers over HTTP; empty if it has none
   */
  public record Endpoint(
      String name,
      String region,
      String host,
      int port,
      String metricsPath,
      Database database,
      Optional<HostPort> daemon) {

    /** An endpoint without a daemon of its own. */
    public Endpoint(
        String name, String region, String host, int port, String metricsPath, Database database) {
      this(name, region, host, port, metricsPath, database, Optional.empty());
    }

    public URI metricsUri() {
      return URI.create("http://" + host + ":" + port + metricsPath);
    }
  }

  /**
   * A PostgreSQL database of an endpoint.
   *
   * @param host address
   * @param port port
   * @param name database name
   * @param user role of the daemon: superuser, or owner of the tables with REPLICATION
   * @param passwordFile file whose content is its password, or empty for trust and peer
   * @param applicationRole role of the application, granted writes on the open primary only
   */
  public record Database(
      String host,
      int port,
      String name,
      String user,
      Optional<String> passwordFile,
      String applicationRole) {
    public String jdbcUrl() {
      return "jdbc:postgresql://" + host + ":" + port + "/" + name;
    }
  }

  /** Reads {@code hazelcast} and {@code services}; problems are noted, not thrown. */
  public static Topology read(ConfigSection root) {
    ConfigSection hazelcast = root.section("hazelcast");
    List<String> members = hazelcast.texts("members");
    hazelcast.rejectUnknownKeys();
    for (String member : members) {
      try {
        HostPort.parse(member);
      } catch (IllegalArgumentException e) {
        hazelcast.reject("members", String.valueOf(e.getMessage()));
      }
    }
    if (members.isEmpty()) {
      root.reject("hazelcast", "members is missing: list host:port of every daemon");
    }
    List<Service> services = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ConfigSection section : root.sections("services")) {
      Service service = service(section);
      if (!names.add(service.name())) {
        section.reject("name", "service '" + service.name() + "' is there twice");
      }
      services.add(service);
    }
    if (services.isEmpty()) {
      root.reject("services", "at least one service is needed");
    }
    root.leaveToOthers("policies", "daemon", "risk");
    root.rejectUnknownKeys();
    return new Topology(members, List.copyOf(services));
  }

  private static Service service(ConfigSection section) {
    String name = section.value("name", text -> Names.require("service", text), "unnamed");
    List<String> uris = section.texts("uris");
    if (uris.isEmpty()) {
      section.reject("uris", "at least one path pattern is needed, for example /orders/*");
    }
    ConfigSection slo = section.section("slo");
    Slo objective =
        new Slo(
            slo.integer("latencyMillisMax", 1, 600_000, 250),
            slo.number("errorRatioMax", 0, 1, 0.01));
    slo.rejectUnknownKeys();
    List<Endpoint> endpoints = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ConfigSection each : section.sections("endpoints")) {
      Endpoint endpoint = endpoint(each);
      if (!names.add(endpoint.name())) {
        each.reject("name", "endpoint '" + endpoint.name() + "' is there twice");
      }
      endpoints.add(endpoint);
    }
    if (endpoints.isEmpty()) {
      section.reject("endpoints", "at least one endpoint is needed: the primary of epoch 1");
    }
    long withDaemon = endpoints.stream().filter(each -> each.daemon().isPresent()).count();
    if (withDaemon > 0 && withDaemon < endpoints.size()) {
      section.reject("endpoints", "either every endpoint has a daemon or none");
    }
    section.rejectUnknownKeys();
    return new Service(name, uris, objective, List.copyOf(endpoints));
  }

  private static Endpoint endpoint(ConfigSection section) {
    Endpoint endpoint =
        new Endpoint(
            section.value("name", text -> Names.require("endpoint", text), "unnamed"),
            section.text("region"),
            section.text("host"),
            (int) section.integer("port", 1, 65_535),
            section.text("metricsPath", "/metrics"),
            database(section.section("database")),
            section.optional("daemon", HostPort::parse));
    section.rejectUnknownKeys();
    return endpoint;
  }

  private static Database database(ConfigSection section) {
    Database database =
        new Database(
            section.text("host"),
            (int) section.integer("port", 1, 65_535, 5432),
            section.text("name"),
            section.text("user"),
            section.optionalText("passwordFile"),
            section.text("applicationRole"));
    section.rejectUnknownKeys();
    return database;
  }
}

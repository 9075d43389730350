package io.understudy.daemon.preflight;

import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Finding;
import io.understudy.daemon.postgres.Finding.Level;
import io.understudy.daemon.postgres.Preflight;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.model.config.Topology;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One look at all servers of a service. Changes nothing; needs no daemon. Blocks, bounded. */
public final class Inspection {
  private static final String CONNECTION = "connection";
  private static final String STREAM = "replication connection";

  /** Checks of {@link Preflight}, which tells only what is not well. */
  private static final List<String> AT_START =
      List.of(
          "wal_level",
          "replica identity",
          "unlogged tables",
          "publishable tables",
          "application role");

  private static final List<String> OF_SHADOWS = List.of("fsync", "tables");

  private final Topology.Service service;
  private final String primary;
  private final Set<Finding> findings = new LinkedHashSet<>();

  /** A server that answers. */
  private record Site(Server server, Connection connection) implements AutoCloseable {
    String endpoint() {
      return server.endpoint();
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /**
   * @param primary name of the endpoint that is the primary
   */
  public Inspection(Topology.Service service, String primary) {
    this.service = service;
    this.primary = primary;
  }

  /** Everything that was checked, endpoint by endpoint, the worst first. */
  public List<Finding> run() throws SQLException {
    findings.clear();
    Map<String, Site> sites = new LinkedHashMap<>();
    try {
      for (Topology.Endpoint endpoint : service.endpoints()) {
        open(endpoint).ifPresent(site -> sites.put(endpoint.name(), site));
      }
      sites.values().forEach(this::alone);
      Site source = sites.get(primary);
      if (source != null) {
        Optional<Catalogue> tables = catalogue(source);
        for (Site site : sites.values()) {
          if (!site.endpoint().equals(primary)) {
            asShadow(site, source, tables);
          }
        }
      }
    } finally {
      for (Site site : sites.values()) {
        site.close();
      }
    }
    return inOrder();
  }

  private Optional<Site> open(Topology.Endpoint endpoint) {
    Server server = Server.of(endpoint);
    try {
      Connection connection = server.plain();
      set(connection, "application", server.applicationRole());
      set(connection, "service", service.name().replace('-', '_'));
      set(connection, "streams", Integer.toString(service.endpoints().size()));
      return Optional.of(new Site(server, connection));
    } catch (SQLException e) {
      error(
          endpoint.name(),
          CONNECTION,
          server + " does not answer: " + SqlState.describe(e),
          "start it, or correct services[].endpoints[].database");
      return Optional.empty();
    }
  }

  private static void set(Connection connection, String name, String value) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT set_config('understudy.' || ?, ?, false)")) {
      statement.setString(1, name);
      statement.setString(2, value);
      statement.execute();
    }
  }

  /** What every endpoint must be fit for: to be the primary one day. */
  private void alone(Site site) {
    Stream.of(Checks.SERVER, Checks.ROLES, Checks.CONTENTS)
        .flatMap(List::stream)
        .forEach(check ->
            attempt(
                site,
                check.name(),
                () -> findings.addAll(check.run(site.endpoint(), site.connection()))));
    stream(site);
    attempt(
        site,
        "tables",
        () -> {
          Preflight preflight = new Preflight();
          preflight.primary(site.server());
          findings.addAll(preflight.findings());
        });
  }

  private void stream(Site site) {
    try (Connection replication = site.server().replication()) {
      findings.add(new Finding(Level.OK, site.endpoint(), STREAM, "", ""));
      replication.isReadOnly();
    } catch (SQLException e) {
      error(
          site.endpoint(),
          STREAM,
          "the server refuses a replication connection: " + SqlState.describe(e),
          "allow it in pg_hba.conf: a line for this database, host and role");
    }
  }

  private Optional<Catalogue> catalogue(Site source) {
    try {
      return Optional.of(Catalogue.read(source.connection()));
    } catch (SQLException e) {
      unreadable(source, "tables", e);
      return Optional.empty();
    }
  }

  private void asShadow(Site shadow, Site source, Optional<Catalogue> tables) {
    if (tables.isPresent()) {
      attempt(
          shadow,
          "tables",
          () -> {
            Preflight preflight = new Preflight();
            preflight.shadow(shadow.server(), tables.get());
            findings.addAll(preflight.findings());
          });
    }
    for (Comparison comparison : Comparisons.ALL) {
      attempt(
          shadow,
          comparison.name(),
          () ->
              findings.addAll(
                  comparison.compare(
                      shadow.endpoint(),
                      comparison.read(source.connection()),
                      comparison.read(shadow.connection()))));
    }
    for (Comparison comparison : Comparisons.REVERSED) {
      attempt(
          shadow,
          comparison.name(),
          () ->
              findings.addAll(
                  comparison.compare(
                      shadow.endpoint(),
                      comparison.read(shadow.connection()),
                      comparison.read(source.connection()))));
    }
  }

  /** A check against real servers. */
  private interface Check {
    void run() throws SQLException;
  }

  /** A check that cannot be made is a finding too, and keeps no other from being made. */
  private void attempt(Site site, String name, Check check) {
    try {
      check.run();
    } catch (SQLException e) {
      unreadable(site, name, e);
    }
  }

  private void unreadable(Site site, String check, SQLException e) {
    error(
        site.endpoint(),
        check,
        check + " could not be checked: " + SqlState.describe(e) + " " + e.getMessage(),
        "give the role of the daemon what the message asks for");
  }

  private void error(String endpoint, String check, String what, String remedy) {
    findings.add(new Finding(Level.ERROR, endpoint, check, what, remedy));
  }

  /** With a line for everything that is well: nobody need wonder what was looked at. */
  private List<Finding> inOrder() {
    List<Finding> all = new ArrayList<>();
    for (Topology.Endpoint endpoint : service.endpoints()) {
      List<Finding> here =
          findings.stream().filter(f -> f.endpoint().equals(endpoint.name())).toList();
      Map<String, Finding> well = new TreeMap<>();
      if (here.stream().noneMatch(f -> f.check().equals(CONNECTION))) {
        checks(endpoint.name())
            .filter(name -> here.stream().noneMatch(f -> f.check().equals(name)))
            .forEach(name -> well.put(name, new Finding(Level.OK, endpoint.name(), name, "", "")));
      }
      Stream.concat(here.stream(), well.values().stream())
          .sorted(Comparator.comparing(Finding::level).reversed().thenComparing(Finding::check))
          .forEach(all::add);
    }
    return all;
  }

  private Stream<String> checks(String endpoint) {
    Stream<String> always =
        Stream.concat(
            Stream.of(Checks.SERVER, Checks.ROLES, Checks.CONTENTS)
                .flatMap(List::stream)
                .map(SqlCheck::name),
            AT_START.stream());
    if (endpoint.equals(primary)) {
      return always;
    }
    Stream<String> compared =
        Stream.concat(Comparisons.ALL.stream(), Comparisons.REVERSED.stream())
            .map(Comparison::name);
    return Stream.concat(always, Stream.concat(OF_SHADOWS.stream(), compared));
  }
}

package io.understudy.daemon.endpoint;

import io.understudy.daemon.config.YamlFile;
import io.understudy.daemon.endpoint.EndpointSettings.Pace;
import io.understudy.daemon.protocol.CutHistory;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Electorate;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.model.Names;
import io.understudy.model.config.ConfigProblems;
import io.understudy.model.config.ConfigSection;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code endpoint --config FILE} reads.
 *
 * @param settings of the daemon
 * @param wires where each endpoint's daemon listens for the others, itself among them
 * @param certificates folder with {@code NAME.crt}, {@code NAME.key} and {@code ca.crt}
 * @param control folder of the control records, shared by all daemons
 * @param k voters that must hold a commit, if the service has to be founded
 * @param api where it answers; empty if it does not
 */
public record EndpointConfig(
    EndpointSettings settings,
    Map<String, HostPort> wires,
    Path certificates,
    Path control,
    int k,
    Optional<Api> api) {

  /**
   * Where it answers over HTTP.
   *
   * @param listen its address
   * @param tokenFile file with one {@code role token} a line
   */
  public record Api(HostPort listen, Path tokenFile) {}

  /** An endpoint and where its daemon listens. */
  private record Wired(Topology.Endpoint endpoint, HostPort wire) {}

  /**
   * Reads and checks the file as a whole.
   *
   * @throws io.understudy.model.config.InvalidConfigException with every problem, each with file,
   *     line and key
   */
  public static EndpointConfig read(Path file) {
    ConfigProblems problems = new ConfigProblems();
    ConfigSection root = ConfigSection.root(YamlFile.read(file), problems);
    String service = root.value("service", text -> Names.require("service", text), "unnamed");
    String self = root.value("self", text -> Names.require("endpoint", text), "unnamed");
    Path folder = Path.of(root.text("folder"));
    Path certificates = Path.of(root.text("certificates"));
    Path control = Path.of(root.text("control"));
    List<Wired> wired = new ArrayList<>();
    root.sections("endpoints").forEach(section -> wired.add(endpoint(section)));
    int voters = Math.max(1, wired.size() - 1);
    int k = (int) root.integer("k", 1, voters, voters / 2 + 1);
    Set<String> names = new HashSet<>();
    for (Wired each : wired) {
      if (!names.add(each.endpoint().name())) {
        root.reject("endpoints", "endpoint '" + each.endpoint().name() + "' is there twice");
      }
    }
    if (!names.contains(self) || names.size() < 2) {
      root.reject("self", "'" + self + "' must be one of two endpoints or more");
    }
    Optional<Api> api = api(root.section("api"));
    Pace pace = pace(root);
    root.rejectUnknownKeys();
    problems.throwIfAny(file.toString());
    Map<String, HostPort> wires = new LinkedHashMap<>();
    wired.forEach(each -> wires.put(each.endpoint().name(), each.wire()));
    List<Topology.Endpoint> endpoints = wired.stream().map(Wired::endpoint).toList();
    return new EndpointConfig(
        new EndpointSettings(service, self, endpoints, folder, pace),
        wires,
        certificates,
        control,
        k,
        api);
  }

  private static Optional<Api> api(ConfigSection section) {
    if (section.optionalText("listen").isEmpty()) {
      section.rejectUnknownKeys();
      return Optional.empty();
    }
    HostPort listen = section.value("listen", HostPort::parse, new HostPort("127.0.0.1", 0));
    Path tokens = Path.of(section.text("tokenFile"));
    if (!tokens.toString().isEmpty() && !Files.isReadable(tokens)) {
      section.reject("tokenFile", "file " + tokens + " cannot be read");
    }
    section.rejectUnknownKeys();
    return Optional.of(new Api(listen, tokens));
  }

  private static Pace pace(ConfigSection root) {
    Duration snapshotMax = root.duration("snapshotMax", Pace.DEFAULT.snapshotMax());
    Duration verifyEvery = root.duration("verifyEvery", Pace.DEFAULT.verifyEvery());
    if (!snapshotMax.isPositive()) {
      root.reject("snapshotMax", "'0' would let no copy end; at least 1s is needed");
      return Pace.DEFAULT;
    }
    return Pace.DEFAULT.copying(snapshotMax, verifyEvery);
  }

  private static Wired endpoint(ConfigSection section) {
    String name = section.value("name", text -> Names.require("endpoint", text), "unnamed");
    HostPort wire = section.value("wire", HostPort::parse, new HostPort("127.0.0.1", 0));
    ConfigSection at = section.section("database");
    Topology.Database database =
        new Topology.Database(
            at.text("host"),
            (int) at.integer("port", 1, 65_535, 5432),
            at.text("name"),
            at.text("user"),
            at.optionalText("passwordFile"),
            at.text("applicationRole"));
    at.rejectUnknownKeys();
    section.rejectUnknownKeys();
    return new Wired(
        new Topology.Endpoint(name, "", wire.host(), wire.port(), "/metrics", database), wire);
  }

  /** The record with which the service begins: the first endpoint leads, the others vote. */
  EpochRecord first() {
    List<String> names =
        new ArrayList<>(settings.endpoints().stream().map(Topology.Endpoint::name).toList());
    String primary = names.removeFirst();
    return new EpochRecord(
        1, 1, primary, CutHistory.from(1), new Electorate(names, k), Durability.QUORUM);
  }
}

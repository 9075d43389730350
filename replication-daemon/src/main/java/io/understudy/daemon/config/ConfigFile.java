package io.understudy.daemon.config;

import io.understudy.daemon.config.DaemonConfig.Gateway;
import io.understudy.model.config.ConfigProblems;
import io.understudy.model.config.ConfigSection;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.Topology;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code understudy.yaml} as the daemon sees it. */
public final class ConfigFile {
  private ConfigFile() {}

  /**
   * Reads and checks the file as a whole.
   *
   * @throws io.understudy.model.config.InvalidConfigException with every problem, each with file,
   *     line and key
   */
  public static DaemonConfig read(Path file) {
    ConfigProblems problems = new ConfigProblems();
    ConfigSection root = ConfigSection.root(YamlFile.read(file), problems);
    Topology topology = Topology.read(root);
    List<ServicePolicy> policies = policies(root, topology);
    ConfigSection daemon = root.section("daemon");
    DaemonConfig config =
        new DaemonConfig(
            topology,
            policies,
            daemon.value("listen", HostPort::parse, new HostPort("127.0.0.1", 0)),
            readable(daemon, "tokenFile"),
            Path.of(daemon.text("stateFolder")),
            endpoints(daemon.section("endpoints")),
            gateway(daemon.section("gateway")));
    boolean commands =
        topology.services().stream()
            .flatMap(service -> service.endpoints().stream())
            .anyMatch(endpoint -> endpoint.daemon().isPresent());
    if (commands && config.endpoints().isEmpty()) {
      daemon.reject("endpoints", "control and tokenFile are needed for endpoints with a daemon");
    }
    daemon.rejectUnknownKeys();
    problems.throwIfAny(file.toString());
    return config;
  }

  private static List<ServicePolicy> policies(ConfigSection root, Topology topology) {
    List<ServicePolicy> policies = new ArrayList<>();
    Set<String> named = new HashSet<>();
    for (ConfigSection section : root.sections("policies")) {
      String name = section.text("service");
      Optional<Topology.Service> service =
          topology.services().stream().filter(s -> s.name().equals(name)).findFirst();
      if (service.isEmpty()) {
        section.reject("service", "there is no service '" + name + "' under services");
      } else if (!named.add(name)) {
        section.reject("service", "service '" + name + "' has two policies");
      } else {
        policies.add(PolicySection.read(section, service.get()));
      }
    }
    for (Topology.Service service : topology.services()) {
      if (!named.contains(service.name())) {
        root.reject("policies", "service '" + service.name() + "' has no policy");
      }
    }
    return List.copyOf(policies);
  }

  private static Optional<DaemonConfig.Endpoints> endpoints(ConfigSection section) {
    Optional<String> control = section.optionalText("control");
    if (control.isEmpty()) {
      section.rejectUnknownKeys();
      return Optional.empty();
    }
    DaemonConfig.Endpoints endpoints =
        new DaemonConfig.Endpoints(Path.of(control.get()), readable(section, "tokenFile"));
    section.rejectUnknownKeys();
    return Optional.of(endpoints);
  }

  private static Optional<Gateway> gateway(ConfigSection section) {
    Optional<String> url = section.optionalText("adminUrl");
    if (url.isEmpty()) {
      section.rejectUnknownKeys();
      return Optional.empty();
    }
    Gateway gateway =
        new Gateway(
            section.value("adminUrl", ConfigFile::httpUri, URI.create("http://unset")),
            readable(section, "keyFile"));
    section.rejectUnknownKeys();
    return Optional.of(gateway);
  }

  private static URI httpUri(String text) {
    URI uri = URI.create(text);
    if (uri.getHost() == null || !"http".equals(uri.getScheme())) {
      throw new IllegalArgumentException("'" + text + "' is not an http:// address");
    }
    return uri;
  }

  private static Path readable(ConfigSection section, String key) {
    Path path = Path.of(section.text(key));
    if (!path.toString().isEmpty() && !Files.isReadable(path)) {
      section.reject(key, "file " + path + " cannot be read");
    }
    return path;
  }
}

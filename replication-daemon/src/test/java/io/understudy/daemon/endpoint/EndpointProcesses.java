package io.understudy.daemon.endpoint;

import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.wire.CaCommand;
import io.understudy.model.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The daemons of a service as {@code endpoint --config FILE} starts them, in this process. */
public final class EndpointProcesses implements AutoCloseable {
  public static final String READ = "read-0123456789abcdef";
  public static final String PROMOTE = "promote-0123456789abcdef";

  private final String service;
  private final Path folder;
  private final int k;
  private final Map<String, TestDatabase> databases = new LinkedHashMap<>();
  private final Map<String, Integer> wires = new LinkedHashMap<>();
  private final Map<String, EndpointProcess> running = new LinkedHashMap<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** Of these endpoints, the first of which leads epoch 1; nothing runs yet. */
  public EndpointProcesses(Path folder, String service, List<TestDatabase> databases, int k)
      throws IOException, InterruptedException {
    this.service = service;
    this.folder = folder;
    this.k = k;
    for (TestDatabase database : databases) {
      this.databases.put(database.endpoint(), database);
      wires.put(database.endpoint(), freePort());
    }
    new CaCommand(certificates(), List.copyOf(wires.keySet())).run(InstantSource.system(), _ -> {});
    Files.writeString(tokens(), "read " + READ + "\npromote " + PROMOTE + "\n");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Path certificates() {
    return folder.resolve("certificates");
  }

  private Path tokens() {
    return folder.resolve("tokens");
  }

  /** Where the control records are. */
  public Path control() {
    return folder.resolve("control");
  }

  public void startAll() throws IOException {
    for (String endpoint : databases.keySet()) {
      start(endpoint);
    }
  }

  public void start(String endpoint) throws IOException {
    running.put(
        endpoint,
        EndpointProcess.start(
            EndpointConfig.read(config(endpoint)),
            new Clocks(InstantSource.system(), InstantSource.system()),
            failures::add));
  }

  public void stop(String endpoint) {
    EndpointProcess process = running.remove(endpoint);
    if (process != null) {
      process.close();
    }
  }

  public HostPort api(String endpoint) {
    return Objects.requireNonNull(running.get(endpoint), endpoint).api().orElseThrow();
  }

  public List<Throwable> failures() {
    return List.copyOf(failures);
  }

  private Path config(String self) throws IOException {
    StringBuilder text =
        new StringBuilder()
            .append("service: ")
            .append(service)
            .append("\nself: ")
            .append(self)
            .append("\nfolder: ")
            .append(folder.resolve(self))
            .append("\ncontrol: ")
            .append(control())
            .append("\ncertificates: ")
            .append(certificates())
            .append("\nk: ")
            .append(k)
            .append("\napi: {listen: \"127.0.0.1:0\", tokenFile: ")
            .append(tokens())
            .append("}\nendpoints:\n");
    for (TestDatabase database : databases.values()) {
      text.append("  - name: ")
          .append(database.endpoint())
          .append("\n    wire: 127.0.0.1:")
          .append(wires.get(database.endpoint()))
          .append("\n    database: {host: 127.0.0.1, port: ")
          .append(database.port())
          .append(", name: ")
          .append(database.name())
          .append(", user: postgres, applicationRole: ")
          .append(TestDatabase.ROLE)
          .append("}\n");
    }
    return Files.writeString(folder.resolve(self + ".yaml"), text);
  }

  @Override
  public void close() {
    List.copyOf(running.keySet()).forEach(this::stop);
  }
}

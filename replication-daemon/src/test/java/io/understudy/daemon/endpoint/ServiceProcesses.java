package io.understudy.daemon.endpoint;

import io.understudy.daemon.Main;
import io.understudy.daemon.control.EpochStore;
import io.understudy.daemon.control.FileEpochStore;
import io.understudy.daemon.kill.JvmProcess;
import io.understudy.daemon.kill.KillableServer;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.PostgresVersion;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.wire.CaCommand;
import io.understudy.model.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service of a test as real processes: for each endpoint a server and a daemon, all of which can
 * be killed, and TLS between the daemons.
 */
final class ServiceProcesses {
  static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Pattern DEFECT =
      Pattern.compile(" defect|: incomplete|applying -> stopped|Exception in thread");
  private static final Pattern FIELD = Pattern.compile("(\\w+)=([^,\\[\\]]+)");

  // A start takes seconds, so tests share them one after the other.
  private static final Map<String, KillableServer> SERVERS = new ConcurrentHashMap<>();
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name = "shop-" + COUNT.incrementAndGet();
  private final Path folder;
  private final EpochStore store;
  private final Map<String, TestDatabase> databases = new LinkedHashMap<>();
  private final Map<String, KillableServer> servers = new LinkedHashMap<>();
  private final Map<String, Integer> wires = new LinkedHashMap<>();
  private final Map<String, Daemon> daemons = new ConcurrentHashMap<>();

  /** A daemon and what it answered. */
  private record Daemon(
      JvmProcess process, BlockingQueue<String> states, BlockingQueue<String> outcomes) {}

  /** What a daemon says of itself. */
  record State(
      String role, String phase, long epoch, Position journal, Position applied, boolean open) {}

  private ServiceProcesses(Path folder, PostgresVersion version, List<String> endpoints)
      throws Exception {
    this.folder = folder;
    this.store = FileEpochStore.open(folder.resolve("control"));
    for (String endpoint : endpoints) {
      KillableServer server =
          SERVERS.computeIfAbsent(version + " " + endpoint, _ -> KillableServer.start(version));
      servers.put(endpoint, server);
      databases.put(endpoint, TestDatabase.on(server.embedded(), endpoint));
      wires.put(endpoint, KillableServer.freePort());
    }
    new CaCommand(certificates(), endpoints).run(InstantSource.system(), _ -> {});
  }

  /**
   * A service on these endpoints, the first of which is its primary; each of their databases has an
   * empty table {@code orders}. No daemon runs yet.
   */
  static ServiceProcesses of(Path folder, PostgresVersion version, List<String> endpoints)
      throws Exception {
    ServiceProcesses made = new ServiceProcesses(folder, version, endpoints);
    made.databases
        .values()
        .forEach(each -> each.execute("CREATE TABLE orders (id bigint PRIMARY KEY, note text)"));
    for (String endpoint : endpoints) {
      Files.writeString(made.configuration(endpoint), made.text(endpoint));
      Files.deleteIfExists(made.log(endpoint));
    }
    return made;
  }

  private Path certificates() {
    return folder.resolve("certificates");
  }

  private Path configuration(String endpoint) {
    return folder.resolve(endpoint + ".yaml");
  }

  /** Where a daemon makes its folder. */
  Path room(String endpoint) {
    return folder.resolve(endpoint);
  }

  /** Where a daemon keeps its journal and its promise. */
  Path state(String endpoint) {
    return room(endpoint).resolve("state");
  }

  /** Not in the test's folder, so that it is there when the test has failed. */
  Path log(String endpoint) {
    return Path.of("target", "daemon-" + name + "-" + endpoint + ".log");
  }

  private String text(String self) {
    StringBuilder text =
        new StringBuilder()
            .append("service: " + name + "\nself: " + self + "\nk: 2\n")
            .append("folder: " + state(self) + "\n")
            .append("control: " + folder.resolve("control") + "\n")
            .append("certificates: " + certificates() + "\nendpoints:\n");
    databases.forEach((endpoint, database) ->
        text.append("  - name: " + endpoint + "\n")
            .append("    wire: 127.0.0.1:" + wires.get(endpoint) + "\n")
            .append("    database: {host: 127.0.0.1, port: " + database.port())
            .append(", name: " + database.name() + ", user: postgres, applicationRole: ")
            .append(TestDatabase.ROLE + "}\n"));
    return text.toString();
  }

  List<String> endpoints() {
    return List.copyOf(databases.keySet());
  }

  TestDatabase database(String endpoint) {
    return Objects.requireNonNull(databases.get(endpoint));
  }

  KillableServer server(String endpoint) {
    return Objects.requireNonNull(servers.get(endpoint));
  }

  EpochRecord record() throws IOException {
    return store.read(name).orElseThrow();
  }

  void startAll() throws IOException {
    for (String endpoint : databases.keySet()) {
      start(endpoint);
    }
  }

  void start(String endpoint) throws IOException {
    BlockingQueue<String> states = new LinkedBlockingQueue<>();
    BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    JvmProcess process =
        JvmProcess.start(
            new JvmProcess.Program(
                Main.class,
                List.of("endpoint", "--config", configuration(endpoint).toString()),
                log(endpoint)),
            line -> (line.startsWith("EndpointStatus[") ? states : outcomes).add(line));
    daemons.put(endpoint, new Daemon(process, states, outcomes));
  }

  private Daemon daemon(String endpoint) {
    return Objects.requireNonNull(daemons.get(endpoint), endpoint + " was never started");
  }

  boolean alive(String endpoint) {
    return daemon(endpoint).process().alive();
  }

  void kill(String endpoint) throws InterruptedException {
    daemon(endpoint).process().kill();
  }

  void signal(String endpoint, String signal) throws IOException, InterruptedException {
    daemon(endpoint).process().signal(signal);
  }

  /** How a daemon stands; {@code silent} if it does not answer, as while it promotes somebody. */
  State status(String endpoint) throws InterruptedException {
    Daemon daemon = daemon(endpoint);
    daemon.states().clear();
    daemon.process().tell("status");
    String line = daemon.states().poll(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      return new State("silent", "", 0, Position.NONE, Position.NONE, false);
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (Matcher field = FIELD.matcher(line); field.find(); ) {
      fields.putIfAbsent(field.group(1), field.group(2));
    }
    return new State(
        fields.getOrDefault("role", ""),
        fields.getOrDefault("phase", ""),
        Long.parseLong(fields.getOrDefault("epoch", "0")),
        Position.parse(fields.getOrDefault("position", "0:0/0")),
        Position.parse(fields.getOrDefault("applied", "0:0/0")),
        Boolean.parseBoolean(fields.getOrDefault("open", "false")));
  }

  /** Orders a daemon to promote an endpoint; the outcome can be asked for. */
  void orderPromotion(String controller, String candidate) {
    daemon(controller).process().tell("promote " + candidate);
  }

  /** What a daemon said last to an order, if anything. */
  String outcome(String controller) {
    return List.copyOf(daemon(controller).outcomes()).stream()
        .filter(line -> !line.startsWith("ready"))
        .reduce((_, last) -> last)
        .orElse("no answer");
  }

  void awaitOpen(String endpoint) throws Exception {
    Await.until(endpoint + " is open", LONG, () -> status(endpoint).open());
  }

  /** They have a copy: a new voter follows for a moment before it is told to make one. */
  void awaitCopies(List<String> voters) throws Exception {
    for (String voter : voters) {
      Await.until(
          voter + " follows with a copy",
          LONG,
          () ->
              status(voter).phase().equals("FOLLOWING")
                  && !status(voter).applied().equals(Position.NONE));
    }
  }

  /** Every database contains what the primary's contains. */
  void awaitEqual(String primary) throws Exception {
    for (String endpoint : databases.keySet()) {
      Await.until(
          endpoint + " equals " + primary,
          LONG,
          () -> database(endpoint).contents().equals(database(primary).contents()));
    }
  }

  /** What the daemons' logs say that no kill explains. */
  List<String> defects() throws IOException {
    StringBuilder defects = new StringBuilder();
    for (String endpoint : databases.keySet()) {
      if (Files.exists(log(endpoint))) {
        Files.readAllLines(log(endpoint)).stream()
            .filter(line -> DEFECT.matcher(line).find())
            .forEach(line -> defects.append(endpoint).append(' ').append(line).append('\n'));
      }
    }
    return defects.toString().lines().toList();
  }

  /** Ends the daemons and takes back what they set on the servers, which live on. */
  void end() throws Exception {
    for (String endpoint : daemons.keySet()) {
      kill(endpoint);
    }
    for (TestDatabase database : databases.values()) {
      database.execute("ALTER SYSTEM RESET synchronous_standby_names");
      database.execute("SELECT pg_reload_conf()");
    }
    for (TestDatabase database : databases.values()) {
      String slots = "pg_replication_slots WHERE database = '" + database.name() + "'";
      Await.until(
          "the slots are free",
          LONG,
          () -> database.query("SELECT count(*) FROM " + slots + " AND active").equals("0"));
      database.execute("SELECT pg_drop_replication_slot(slot_name) FROM " + slots);
    }
  }
}

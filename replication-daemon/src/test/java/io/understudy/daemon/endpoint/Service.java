package io.understudy.daemon.endpoint;

import io.understudy.daemon.control.EpochStore;
import io.understudy.daemon.control.FileEpochStore;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.protocol.CutHistory;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Electorate;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.wire.Peers;
import io.understudy.model.Position;
import io.understudy.model.config.Topology;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A service of a test: real servers, real journals, daemons that can be stopped and started. */
final class Service implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(40);

  // Commits wait server by server, so these are not the servers of other tests.
  private static final Map<String, EmbeddedPostgres> SERVERS = new ConcurrentHashMap<>();
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final Path folder;
  private final EpochStore store;
  private final LoopbackPeers network = new LoopbackPeers();
  private final Map<String, TestDatabase> databases = new LinkedHashMap<>();
  private final Map<String, EndpointDaemon> running = new LinkedHashMap<>();
  private final Map<String, ExecutorService> threads = new LinkedHashMap<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private EndpointSettings.Pace pace = EndpointSettings.Pace.DEFAULT;

  private Service(String name, Path folder, List<TestDatabase> databases) throws IOException {
    this.name = name;
    this.folder = folder;
    this.store = FileEpochStore.open(folder.resolve("control"));
    databases.forEach(database -> this.databases.put(database.endpoint(), database));
  }

  /** A service with an empty table on these endpoints, of which nothing runs yet. */
  static Service of(Path folder, List<String> endpoints) throws IOException {
    List<TestDatabase> databases = new ArrayList<>();
    for (String endpoint : endpoints) {
      EmbeddedPostgres server = SERVERS.computeIfAbsent(endpoint, _ -> TestDatabase.startServer());
      TestDatabase database = TestDatabase.on(server, endpoint);
      database.execute("CREATE TABLE orders (id integer PRIMARY KEY, note text)");
      databases.add(database);
    }
    return new Service("orders-" + COUNT.incrementAndGet(), folder, databases);
  }

  String name() {
    return name;
  }

  EpochStore store() {
    return store;
  }

  LoopbackPeers network() {
    return network;
  }

  TestDatabase database(String endpoint) {
    return Objects.requireNonNull(databases.get(endpoint));
  }

  EndpointDaemon daemon(String endpoint) {
    return Objects.requireNonNull(running.get(endpoint), endpoint + " does not run");
  }

  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  /** For the daemons that are started from now on. */
  void pace(EndpointSettings.Pace newPace) {
    pace = newPace;
  }

  /** The first endpoint leads epoch 1, the others vote. */
  void found(int k) throws IOException {
    List<String> names = new ArrayList<>(databases.keySet());
    String primary = names.removeFirst();
    store.found(
        name,
        new EpochRecord(
            1, 1, primary, CutHistory.from(1), new Electorate(names, k), Durability.QUORUM));
    for (String endpoint : databases.keySet()) {
      EndpointDaemon.enrol(settings(endpoint));
    }
  }

  void startAll() throws IOException {
    for (String endpoint : databases.keySet()) {
      start(endpoint);
    }
  }

  void start(String endpoint) throws IOException {
    running.put(endpoint, EndpointDaemon.start(settings(endpoint), new Around(endpoint)));
  }

  void stop(String endpoint) {
    EndpointDaemon daemon = running.remove(endpoint);
    if (daemon != null) {
      daemon.close();
      Objects.requireNonNull(threads.remove(endpoint)).shutdown();
    }
  }

  EndpointStatus status(String endpoint) {
    return daemon(endpoint).status();
  }

  EpochRecord record() throws IOException {
    return store.read(name).orElseThrow();
  }

  void awaitOpen(String endpoint) throws Exception {
    Await.until(endpoint + " is open", LONG, () -> status(endpoint).open());
  }

  /** All but the first have a copy: a new voter follows for a moment before it makes one. */
  void awaitCopies() throws Exception {
    for (String endpoint : databases.keySet().stream().skip(1).toList()) {
      Await.until(
          endpoint + " follows with a copy",
          LONG,
          () ->
              status(endpoint).phase().equals("FOLLOWING")
                  && !status(endpoint).applied().equals(Position.NONE));
    }
  }

  /** The orders that this endpoint's database contains. */
  Set<Integer> orders(String endpoint) {
    Set<Integer> ids = new TreeSet<>();
    for (String id :
        database(endpoint)
            .query("SELECT coalesce(string_agg(id::text, ','), '') FROM orders")
            .split(",", -1)) {
      ids.add(Integer.parseInt(id));
    }
    return ids;
  }

  /** Every running voter's database contains what the primary's contains. */
  void awaitEqual(String primary) throws Exception {
    for (String endpoint : running.keySet()) {
      Await.until(
          endpoint + " equals " + primary,
          LONG,
          () -> database(endpoint).contents().equals(database(primary).contents()));
    }
  }

  private EndpointSettings settings(String endpoint) {
    List<Topology.Endpoint> endpoints =
        databases.values().stream().map(TestDatabase::topology).toList();
    return new EndpointSettings(name, endpoint, endpoints, folder.resolve(endpoint), pace);
  }

  @Override
  public void close() {
    List.copyOf(running.keySet()).forEach(this::stop);
    databases
        .values()
        .forEach(database -> {
          database.execute("ALTER SYSTEM RESET synchronous_standby_names");
          database.execute(
              "SELECT pg_reload_conf(), pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                  + " WHERE NOT active AND database = current_database()");
          database.execute("SELECT pg_reload_conf()");
        });
  }

  private final class Around implements EndpointDaemon.Surroundings {
    private final String endpoint;

    Around(String endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public Peers connect(Peers.Inbox inbox) {
      return network.join(endpoint, inbox);
    }

    @Override
    public Executor carrier() {
      return threads.computeIfAbsent(
          endpoint,
          name ->
              Executors.newSingleThreadExecutor(
                  Thread.ofPlatform().daemon().name("endpoint-" + name).factory()));
    }

    @Override
    public EpochStore store() {
      return store;
    }

    @Override
    public Clocks clocks() {
      return new Clocks(InstantSource.system(), InstantSource.system());
    }

    @Override
    public void failed(Throwable reason) {
      failures.add(reason);
    }
  }
}

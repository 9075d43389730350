package io.understudy.daemon.endpoint;

import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.control.EpochStore;
import io.understudy.daemon.endpoint.RecentFrames.Portion;
import io.understudy.daemon.postgres.PreflightException;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.replication.ShadowCounters;
import io.understudy.daemon.snapshot.ShadowCopy;
import io.understudy.daemon.wire.Parcel;
import io.understudy.daemon.wire.Peers;
import io.understudy.model.Position;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the roles of one endpoint work with, whichever role there is: its journal, its database, the
 * control store, the peers. Everything here is called on the loop and answers on the loop.
 */
final class Workplace implements AutoCloseable {
  /** What a database does on request. */
  interface Request<T> {
    T run() throws SQLException, InterruptedException, EndpointDatabase.OutbidException;
  }

  /** Takes the frames that were read, or hears why there are none. */
  interface Reader {
    void read(List<Held> frames);

    void missing();

    void rotten();
  }

  private static final Logger log = LoggerFactory.getLogger(Workplace.class);
  private static final Portion BATCH = new Portion(256, 512 << 10);
  private static final long RECENT_BYTES_MAX = 64L << 20;
  private static final int COPY_WORKERS = 2;
  private static final int AUDIT_MAX = 1_000;

  private final EndpointSettings settings;
  private final Loop loop;
  private final Ledger ledger;
  private final JournalDesk desk;
  private final EndpointDatabase database;
  private final EpochStore store;
  private final Clocks clocks;
  private final AuditLog audit;
  private final RecentFrames recent = new RecentFrames(RECENT_BYTES_MAX);
  private final Map<String, ShadowCopy> copies = new HashMap<>(); // by primary, for what it learns
  private final ExecutorService databaseThread = single("database");
  private final ExecutorService recordThread = single("record");
  private final ExecutorService readThread = single("read");
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("timer").factory());
  private final Map<String, Frames> readers = new HashMap<>(); // owned by the thread that reads
  private final BiConsumer<String, Parcel> toSelf;
  private Peers peers = NOBODY;
  private final ShadowCounters counters = new ShadowCounters();
  private Tip tip; // Invariant: after the last frame that was given to the desk
  private Tip durable; // Invariant: at or before the tip
  private Map<Position, byte[]> contents = Map.of(); // of the frames of the event under way

  private static final Peers NOBODY =
      new Peers() {
        @Override
        public void send(String to, Parcel parcel) {}

        @Override
        public void close() {}
      };

  /** What is there before a workplace. */
  record Fittings(Ledger ledger, JournalDesk desk, EpochStore store, Clocks clocks) {}

  Workplace(
      EndpointSettings settings, Loop loop, Fittings fittings, BiConsumer<String, Parcel> toSelf) {
    this.settings = settings;
    this.loop = loop;
    this.ledger = fittings.ledger();
    this.desk = fittings.desk();
    this.store = fittings.store();
    this.clocks = fittings.clocks();
    this.audit = new AuditLog(clocks.wall(), AUDIT_MAX);
    this.toSelf = toSelf;
    this.tip = ledger.tip();
    this.durable = tip;
    this.database =
        new EndpointDatabase(
            settings.service(), settings.endpoint(settings.self()), fittings.clocks().wall());
  }

  AuditLog audit() {
    return audit;
  }

  /** Copies from this primary to this endpoint. One at a time. */
  ShadowCopy copyFrom(Server primary) {
    return copies.computeIfAbsent(
        primary.endpoint(),
        _ ->
            new ShadowCopy(
                new ShadowCopy.Setting(
                    settings.service(),
                    primary,
                    database.server(),
                    settings.pace().snapshotMax(),
                    COPY_WORKERS,
                    clocks.wall())));
  }

  private static ExecutorService single(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  EndpointSettings settings() {
    return settings;
  }

  EndpointDatabase database() {
    return database;
  }

  JournalDesk desk() {
    return desk;
  }

  Ledger ledger() {
    return ledger;
  }

  RecentFrames recent() {
    return recent;
  }

  Loop loop() {
    return loop;
  }

  InstantSource clock() {
    return clocks.wall();
  }

  /** By the clock that nobody sets. */
  long nowMillis() {
    return clocks.steady().millis();
  }

  Tip tip() {
    return tip;
  }

  /** Where the journal ends on the disk. */
  Tip durable() {
    return durable;
  }

  /** Of what was ever applied here. Any thread. */
  ShadowCounters counters() {
    return counters;
  }

  void connect(Peers connected) {
    peers = connected;
  }

  /** Runs something on the loop after a while. */
  void later(Duration delay, Runnable task) {
    Future<?> _ = timer.schedule(() -> loop.post(task), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs something on the loop again and again. */
  void every(Duration pause, Runnable task) {
    long millis = pause.toMillis();
    Future<?> _ =
        timer.scheduleWithFixedDelay(() -> loop.post(task), millis, millis, TimeUnit.MILLISECONDS);
  }

  // -- frames and their contents

  /** Runs one step of a role, with what the frames of its event stand for. */
  void with(Map<Position, byte[]> held, Runnable step) {
    contents = held;
    try {
      step.run();
    } finally {
      contents = Map.of();
    }
  }

  static Map<Position, byte[]> contents(Parcel parcel) {
    List<Frame> frames = Parcel.frames(parcel.message());
    if (frames.isEmpty()) {
      return Map.of();
    }
    Map<Position, byte[]> contents = HashMap.newHashMap(frames.size());
    for (int i = 0; i < frames.size(); i++) {
      contents.put(frames.get(i).position(), parcel.contents().get(i));
    }
    return contents;
  }

  static Map<Position, byte[]> contents(List<Held> frames) {
    Map<Position, byte[]> contents = HashMap.newHashMap(frames.size());
    frames.forEach(held -> contents.put(held.position(), held.content()));
    return contents;
  }

  private byte[] content(Frame frame) {
    byte[] content = contents.get(frame.position());
    if (content == null) {
      throw new IllegalStateException(frame.position() + " is not of the event under way");
    }
    return content;
  }

  void append(List<Frame> frames) {
    List<Held> held = new ArrayList<>(frames.size());
    for (Frame frame : frames) {
      Held next = new Held(tip, frame, content(frame));
      recent.add(next);
      held.add(next);
      tip = next.after();
    }
    desk.append(held);
  }

  void durable(Tip synced) {
    durable = synced;
    recent.durable(synced.position());
  }

  /** The journal ends here now, whatever was appended before. */
  void endsAt(Tip end) {
    recent.cutAfter(end.position());
    tip = end;
    durable = end;
  }

  /** Nothing of what was there is left. */
  void beginsAt(Tip base) {
    recent.clear();
    tip = base;
    durable = base;
  }

  void send(String to, Message message) {
    List<Frame> frames = Parcel.frames(message);
    Parcel parcel = new Parcel(message, frames.stream().map(this::content).toList());
    if (to.equals(settings.self())) {
      loop.post(() -> toSelf.accept(to, parcel));
    } else {
      peers.send(to, parcel);
    }
  }

  void sendAll(Message message) {
    send(settings.self(), message);
    settings.others().forEach(other -> send(other, message));
  }

  /** Reads at most one batch, once nothing else is queued; from memory without waiting. */
  void read(String peer, Effect.Read what, Reader then) {
    loop.putOff(() -> readNow(peer, what, then));
  }

  private void readNow(String peer, Effect.Read what, Reader then) {
    List<Held> quick = recent.after(what.after(), what.upTo(), BATCH);
    if (!quick.isEmpty() || what.after().equals(tip)) {
      then.read(quick);
      return;
    }
    readThread.execute(() -> {
      try {
        Optional<List<Held>> read =
            readers
                .computeIfAbsent(peer, _ -> new Frames(ledger, recent))
                .after(what.after(), what.upTo(), BATCH);
        loop.post(() -> read.ifPresentOrElse(then::read, then::missing));
      } catch (IOException e) {
        log.warn("reading for {}: {}", peer, e.getMessage());
        loop.post(ledger.hasRotted() ? then::rotten : then::missing);
      }
    });
  }

  // -- database and control record

  /**
   * Asks the database, again and again while it does not answer. Requests are carried out one after
   * the other.
   *
   * @param wanted whether somebody still waits for the answer; any thread
   */
  <T> void ask(Request<T> request, BooleanSupplier wanted, Answer<T> then) {
    databaseThread.execute(() -> {
      for (String before = ""; wanted.getAsBoolean(); ) {
        try {
          T answer = request.run();
          loop.post(() -> {
            if (wanted.getAsBoolean()) {
              then.done().accept(answer);
            }
          });
          return;
        } catch (EndpointDatabase.OutbidException e) {
          loop.post(() -> then.outbid().accept(e.ballot()));
          return;
        } catch (SQLException | PreflightException e) {
          before = complain(e, before);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        if (!paused()) {
          return;
        }
      }
    });
  }

  /** Who hears of an answer. */
  record Answer<T>(Consumer<T> done, Consumer<Long> outbid) {
    /** For requests that nobody outbids. */
    static <T> Answer<T> of(Consumer<T> done) {
      return new Answer<>(done, ballot -> log.warn("the database obeys epoch {}", ballot));
    }
  }

  private String complain(Exception e, String before) {
    String reason =
        e instanceof SQLException error
            ? SqlState.describe(error) + " " + error.getMessage()
            : String.valueOf(e.getMessage());
    if (!reason.equals(before)) {
      log.warn("{} of {}: {}", settings.self(), settings.service(), reason);
    }
    return reason;
  }

  private boolean paused() {
    try {
      Thread.sleep(settings.pace().look());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Reads or writes the control record. */
  void record(Effect access, Consumer<EpochRecord> seen, Runnable unknown) {
    recordThread.execute(() -> {
      try {
        Optional<EpochRecord> there =
            switch (access) {
              case Effect.WriteRecord(EpochRecord expected, EpochRecord next) ->
                  Optional.of(store.compareAndSet(settings.service(), expected, next));
              default -> store.read(settings.service());
            };
        there.ifPresent(record -> loop.post(() -> seen.accept(record)));
      } catch (IOException e) {
        log.warn("control record of {}: {}", settings.service(), e.getMessage());
        loop.post(unknown);
      }
    });
  }

  @Override
  public void close() {
    timer.shutdownNow();
    databaseThread.shutdownNow();
    recordThread.shutdown();
    readThread.shutdown();
  }
}

package io.understudy.daemon.endpoint;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.capture.PgoutputCapture;
import io.understudy.daemon.capture.PgoutputSettings;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.capture.WakeableSocketFactory;
import io.understudy.daemon.postgres.Access;
import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Guard;
import io.understudy.daemon.postgres.Preflight;
import io.understudy.daemon.postgres.Primary;
import io.understudy.daemon.postgres.QuorumCommit;
import io.understudy.daemon.postgres.Reign;
import io.understudy.daemon.postgres.Sequences;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import io.understudy.model.config.Topology;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an endpoint's daemon does to its own database. All methods block. */
final class EndpointDatabase {
  /** Somebody acts on the database for a later epoch. */
  static final class OutbidException extends Exception {
    private static final long serialVersionUID = 1L;
    private final long ballot;

    private OutbidException(long ballot) {
      super("the database obeys epoch " + ballot);
      this.ballot = ballot;
    }

    long ballot() {
      return ballot;
    }
  }

  /**
   * A slot from which a source can capture.
   *
   * @param confirmed where its stream begins
   * @param used whether the database was ever open in this epoch
   */
  record Ready(Lsn confirmed, boolean used, Catalogue catalogue) {}

  private static final Logger log = LoggerFactory.getLogger(EndpointDatabase.class);

  private final String service;
  private final Server server;
  private final InstantSource clock;
  private final Access access;
  private final Slots slots;
  private final QuorumCommit quorumCommit;
  private final Guard guard;
  private final String publication;

  EndpointDatabase(String service, Topology.Endpoint endpoint, InstantSource clock) {
    this.service = service;
    this.server = Server.of(endpoint);
    this.clock = clock;
    this.access = new Access(endpoint.database());
    this.slots = new Slots(server, service);
    this.publication = "understudy_" + service.replace('-', '_');
    this.quorumCommit = new QuorumCommit(server, publication, clock);
    this.guard = new Guard(server, clock);
  }

  Server server() {
    return server;
  }

  /** The same as the primary of an epoch. */
  Primary primary(long epoch) {
    return new Primary(service, epoch, server);
  }

  /** Everything that it contains is at or before this position. */
  Position contains() throws SQLException {
    Bootstrap.schema(server);
    try (Connection connection = server.control()) {
      OptionalLong reign = new Reign(service).epoch(connection);
      if (reign.isPresent()) {
        // Nobody knows which of its own commits was the last; all of them are before this.
        return new Position(reign.getAsLong(), written(connection));
      }
      return new AppliedPosition(service).readSettled(connection).orElse(Position.NONE);
    }
  }

  private static Lsn written(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()::text")) {
      row.next();
      return Lsn.parse(row.getString(1));
    }
  }

  /** What a comparison found to differ, if nothing was found to be equal since. */
  Optional<CopyStatus.Verdict.Different> divergence() throws SQLException {
    Bootstrap.schema(server);
    try (Connection connection = server.control();
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT epoch, lsn::text, what FROM understudy.divergence WHERE service = ?")) {
      statement.setString(1, service);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new CopyStatus.Verdict.Different(
                    new Position(row.getLong(1), Lsn.parse(row.getString(2))), row.getString(3)))
            : Optional.empty();
      }
    }
  }

  /** Keeps what was found to differ; anything else takes it away. */
  void noteDivergence(CopyStatus.Verdict verdict) throws SQLException {
    try (Connection connection = server.control()) {
      connection.setAutoCommit(false);
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM understudy.divergence WHERE service = ?")) {
        delete.setString(1, service);
        delete.executeUpdate();
      }
      if (verdict instanceof CopyStatus.Verdict.Different(Position at, String what)) {
        try (PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO understudy.divergence (service, epoch, lsn, what)"
                    + " VALUES (?, ?, ?::pg_lsn, ?)")) {
          insert.setString(1, service);
          insert.setLong(2, at.epoch());
          insert.setString(3, at.lsn().toString());
          insert.setString(4, what);
          insert.executeUpdate();
        }
      }
      connection.commit();
    }
  }

  /** Takes no writes of epochs before this one; returns what it contains then. */
  Position closeBefore(long epoch) throws SQLException, OutbidException {
    require(access.closeBefore(epoch));
    return contains();
  }

  /** It belongs to a voter: nobody's commit waits for our stream, which is not there. */
  void becomeShadow() throws SQLException {
    quorumCommit.relax();
  }

  /** Makes what a source needs; nothing is opened by it. */
  Ready prepare(long epoch) throws SQLException {
    Bootstrap.schema(server);
    Preflight preflight = new Preflight();
    Catalogue catalogue = preflight.primary(server);
    preflight.require();
    boolean used;
    try (Connection connection = server.control()) {
      used = new Reign(service).epoch(connection).equals(OptionalLong.of(epoch));
    }
    Optional<Slots.Slot> slot = slots.find(epoch);
    if (slot.isPresent() && slot.get().usable()) {
      return new Ready(slot.get().confirmed(), used, catalogue);
    }
    if (used) {
      // Starting "now" would lose what was committed since.
      throw new SQLException(
          "slot "
              + slots.name(epoch)
              + " of "
              + server
              + " was dropped or invalidated; promote"
              + " another endpoint, which makes this one be copied anew",
          "55000");
    }
    Bootstrap.publication(server, publication, catalogue);
    slots.dropOthers(epoch);
    slots.drop(epoch);
    try (Slots.Export export = slots.create(epoch)) {
      return new Ready(export.consistentPoint(), false, catalogue);
    }
  }

  /** A stream from where the slot stands; COMMIT waits for what it confirms. */
  CaptureFeed stream(long epoch, Ready ready, CaptureFeed.Listener listener) throws SQLException {
    Lsn start = slots.find(epoch).map(Slots.Slot::confirmed).orElse(ready.confirmed());
    Stream stream = new Stream(server, publication, WakeableSocketFactory.wakeup());
    PgoutputSettings.Bounds bounds = PgoutputSettings.Bounds.DEFAULT;
    PgoutputSettings settings =
        new PgoutputSettings(
            service + "-" + epoch,
            epoch,
            stream,
            slots.name(epoch),
            start,
            publication,
            table -> key(ready.catalogue(), table),
            () -> problem(epoch, start),
            new PgoutputSettings.Bounds(
                bounds.openBytesMax(),
                bounds.handoverBytesMax(),
                bounds.transactionsInFlightMax(),
                Duration.ZERO));
    return new CaptureFeed(PgoutputCapture.prompt(settings), stream.wakeup(), listener);
  }

  private static List<String> key(Catalogue catalogue, TableName table) {
    return catalogue.find(table).map(Catalogue.Table::key).orElse(List.of());
  }

  private Optional<String> problem(long epoch, Lsn expected) {
    try {
      Optional<Slots.Slot> slot = slots.find(epoch);
      return slot.isPresent() && slot.get().usable() && slot.get().confirmed().equals(expected)
          ? Optional.empty()
          : Optional.of(
              "slot "
                  + slots.name(epoch)
                  + " is not at "
                  + expected
                  + " but "
                  + slot
                  + ": somebody dropped, recreated or advanced it");
    } catch (SQLException e) {
      return Optional.of(SqlState.describe(e));
    }
  }

  /** From the return on COMMIT waits for the stream, which must not run yet. */
  void tighten() throws SQLException {
    quorumCommit.tighten();
  }

  /** The same while the stream runs; everything that did not wait is at or before this. */
  Lsn tightenBesideTheStream() throws SQLException {
    return quorumCommit.tightenBesideTheStream();
  }

  /** COMMIT returns at once, and the database closes itself at the deadline: that comes first. */
  void relax(long epoch, Guard.Deadline deadline) throws SQLException {
    guard.post(epoch, deadline);
    quorumCommit.relaxUntilRestart();
  }

  /**
   * Lets it be open for longer.
   *
   * @param relaxed whether COMMIT shall return at once
   * @return false if it is closed, or closes now
   */
  boolean extend(long epoch, Guard.Deadline deadline, boolean relaxed) throws SQLException {
    boolean extended = guard.extend(epoch, deadline);
    if (extended && relaxed && quorumCommit.waitsAgain()) {
      quorumCommit.relaxUntilRestart(); // Somebody reloaded the server's configuration.
    }
    return extended;
  }

  /** It does not close itself any more. */
  void dismissGuard() throws SQLException {
    guard.dismiss();
  }

  /** Lets go of the guard, which goes on without us. */
  void leaveGuard() {
    guard.leave();
  }

  /** Takes no write, of this epoch neither. */
  void shut(long epoch) throws SQLException, OutbidException {
    require(access.close(epoch));
  }

  /** The application may write. */
  void open(long epoch) throws SQLException, OutbidException {
    advanceSequences();
    require(access.open(service, epoch));
  }

  /** The same, if the guard still watches it then. */
  void openGuarded(long epoch) throws SQLException, OutbidException {
    advanceSequences();
    require(access.openGuarded(service, epoch));
  }

  /**
   * The stream does not carry sequences. They are set once, on what is a copy until it is opened.
   */
  private void advanceSequences() throws SQLException {
    try (Connection connection = server.control()) {
      connection.setAutoCommit(false);
      boolean copy =
          new Reign(service).epoch(connection).isEmpty()
              && new AppliedPosition(service).read(connection).isPresent();
      if (copy) {
        List<String> exhausted = new Sequences(service).advance(connection, clock.millis());
        if (!exhausted.isEmpty()) {
          log.warn(
              "{}: sequences {} of {} are at their end; their next value is an error until ALTER"
                  + " SEQUENCE ... MAXVALUE or RESTART",
              service,
              exhausted,
              server);
        }
      }
      connection.commit();
    }
  }

  /** Drops the slots that it had as a primary, so that they do not hold back its log. */
  void dropSlots() throws SQLException {
    slots.dropOthers(0);
  }

  private static void require(Access.Verdict verdict) throws OutbidException {
    if (verdict instanceof Access.Verdict.Outbid(long ballot)) {
      throw new OutbidException(ballot);
    }
  }

  /** The primary, as the capture sees it. */
  private record Stream(Server server, String name, WakeableSocketFactory.Wakeup wakeup)
      implements PgoutputSettings.Source {
    @Override
    public Connection connect() throws SQLException {
      return server.stream(name, wakeup);
    }

    @Override
    public String describe(SQLException error) {
      return SqlState.describe(error);
    }

    @Override
    public boolean waits() {
      return true;
    }

    @Override
    public void patient(boolean on) {
      wakeup.patient(on);
    }

    @Override
    public void wake() {
      wakeup.wake();
    }
  }
}

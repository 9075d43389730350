package io.understudy.daemon.replication;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.apply.DivergenceException;
import io.understudy.daemon.capture.Capture;
import io.understudy.daemon.capture.DebeziumCapture;
import io.understudy.daemon.capture.DebeziumSettings;
import io.understudy.daemon.capture.PgoutputCapture;
import io.understudy.daemon.capture.PgoutputSettings;
import io.understudy.daemon.capture.ReceiverCapture;
import io.understudy.daemon.capture.ReceiverSettings;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.DdlCapture;
import io.understudy.daemon.postgres.Preflight;
import io.understudy.daemon.postgres.SchemaChange;
import io.understudy.daemon.postgres.Sequences;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks and prepares the servers, and decides from where the stream and the shadows begin. */
final class Launch {
  private static final Logger LOG = LoggerFactory.getLogger(Launch.class);

  /**
   * Where everything begins.
   *
   * @param slotStart the stream's first position
   * @param export the new slot's snapshot, if every shadow is to be copied under it
   */
  record Plan(Catalogue catalogue, Lsn slotStart, Optional<Slots.Export> export) {}

  private final ReplicationSpec spec;
  private final InstantSource clock;
  private final Server primary;
  private final List<Server> shadows;
  private final Slots slots;
  private final AppliedPosition applied;
  private final String publication;

  Launch(ReplicationSpec spec, InstantSource clock) {
    this.spec = spec;
    this.clock = clock;
    this.primary = Server.of(spec.primary());
    this.shadows = spec.shadows().stream().map(Server::of).toList();
    this.slots = new Slots(primary, spec.service());
    this.applied = new AppliedPosition(spec.service());
    this.publication = "understudy_" + spec.service().replace('-', '_');
  }

  /** Goes on in this epoch: from its slot if that is possible, from a new one if not. */
  Plan resume() throws SQLException {
    Catalogue catalogue = check();
    boolean published = Bootstrap.publication(primary, publication, catalogue);
    slots.dropOthers(spec.epoch());
    Optional<Slots.Slot> slot = slots.find(spec.epoch()).filter(s -> published && s.usable());
    if (slot.isPresent() && anyCovered(slot.get().confirmed())) {
      succeed();
      LOG.info("{}: slot {} goes on at {}", spec.service(), spec.epoch(), slot.get().confirmed());
      return new Plan(catalogue, slot.get().confirmed(), Optional.empty());
    }
    slots.drop(spec.epoch());
    Slots.Export export = slots.create(spec.epoch());
    succeed();
    LOG.info(
        "{}: new slot at {}, all shadows are copied", spec.service(), export.consistentPoint());
    return new Plan(catalogue, export.consistentPoint(), Optional.of(export));
  }

  /**
   * Begins the next epoch. Nobody writes to the new primary yet, so its slot's starting point is
   * the cut: a shadow at the cut is moved to that point as it is.
   */
  Plan promote(EpochEnd end) throws SQLException {
    Catalogue catalogue = check();
    Bootstrap.publication(primary, publication, catalogue);
    slots.dropOthers(spec.epoch());
    slots.drop(spec.epoch());
    Slots.Export export = slots.create(spec.epoch());
    Position start = new Position(spec.epoch(), export.consistentPoint());
    succeed();
    boolean carried = false;
    for (Server shadow : shadows) {
      carried |= end.reachesCut(shadow.endpoint()) && carry(shadow, end.cut(), start);
    }
    if (carried) {
      export.close();
      return new Plan(catalogue, export.consistentPoint(), Optional.empty());
    }
    return new Plan(catalogue, export.consistentPoint(), Optional.of(export));
  }

  Capture capture(Plan plan) throws SQLException {
    return switch (spec.capture()) {
      case DEBEZIUM -> debezium(plan);
      case DEBEZIUM_SERVER -> debeziumServer(plan);
      case PGOUTPUT -> pgoutput(plan);
    };
  }

  private Capture debezium(Plan plan) throws SQLException {
    return new DebeziumCapture(
        new DebeziumSettings(
            spec.service() + "-" + spec.epoch(),
            spec.epoch(),
            primary.address(),
            slots.name(spec.epoch()),
            publication,
            table -> plan.catalogue().find(table).map(Catalogue.Table::keyless).orElse(false),
            () -> slotProblem(plan.slotStart())));
  }

  private Capture debeziumServer(Plan plan) {
    return new ReceiverCapture(
        new ReceiverSettings(
            spec.service() + "-" + spec.epoch(),
            spec.epoch(),
            plan.slotStart(),
            spec.receiver().orElseThrow(),
            this::primaryKey,
            this::slotAhead,
            clock,
            ReceiverSettings.Bounds.DEFAULT));
  }

  /** As it is now: the receiver asks for each new shape of a table. */
  private List<String> primaryKey(TableName table) {
    try (Connection connection = primary.control()) {
      return Catalogue.read(connection).find(table).map(Catalogue.Table::key).orElse(List.of());
    } catch (SQLException e) {
      throw new IllegalStateException(
          "the key of table " + table + " cannot be read: " + SqlState.describe(e), e);
    }
  }

  private Capture pgoutput(Plan plan) {
    return new PgoutputCapture(
        new PgoutputSettings(
            spec.service() + "-" + spec.epoch(),
            spec.epoch(),
            new PrimarySource(primary),
            slots.name(spec.epoch()),
            plan.slotStart(),
            publication,
            table -> plan.catalogue().find(table).map(Catalogue.Table::key).orElse(List.of()),
            () -> slotProblem(plan.slotStart()),
            PgoutputSettings.Bounds.DEFAULT));
  }

  /** The primary, as the capture sees it. */
  private record PrimarySource(Server primary) implements PgoutputSettings.Source {
    @Override
    public Connection connect() throws SQLException {
      return primary.replication();
    }

    @Override
    public String describe(SQLException error) {
      return SqlState.describe(error);
    }
  }

  /**
   * Makes a primary of what was a copy: one that still has a copy's position was never opened. Once
   * the slot exists, so that the other shadows hear of it, and before the application may write.
   */
  private void succeed() throws SQLException {
    try (Connection connection = primary.control()) {
      connection.setAutoCommit(false);
      if (applied.read(connection).isPresent()) {
        List<String> exhausted = new Sequences(spec.service()).advance(connection, clock.millis());
        if (!exhausted.isEmpty()) {
          LOG.warn(
              "{}: sequences {} of {} are at their end; their next value is an error until ALTER"
                  + " SEQUENCE ... MAXVALUE or RESTART",
              spec.service(),
              exhausted,
              primary);
        }
        applied.clear(connection);
      }
      connection.commit();
    }
  }

  private Catalogue check() throws SQLException {
    Bootstrap.schema(primary);
    DdlCapture.set(primary, spec.captureDdl());
    Preflight preflight = new Preflight();
    Catalogue catalogue = preflight.primary(primary);
    for (Server shadow : shadows) {
      try {
        Bootstrap.schema(shadow);
        if (!streamReshapes(shadow)) {
          preflight.shadow(shadow, catalogue);
        }
      } catch (SQLException e) {
        // Its line tries again for ever, and checks it then.
        LOG.warn("{} does not answer: {}", shadow, SqlState.describe(e));
      }
    }
    preflight.require();
    return catalogue;
  }

  /** Whether it has not run changes of the schema yet: then its tables must differ. */
  private boolean streamReshapes(Server shadow) throws SQLException {
    try (Connection from = primary.control();
        Connection to = shadow.control()) {
      return !SchemaChange.pending(from, to).isEmpty();
    }
  }

  private boolean anyCovered(Lsn confirmed) {
    Position earliest = new Position(spec.epoch(), confirmed);
    return shadows.stream()
        .anyMatch(shadow ->
            position(shadow)
                .filter(p -> p.epoch() == spec.epoch() && p.compareTo(earliest) >= 0)
                .isPresent());
  }

  private Optional<Position> position(Server shadow) {
    try (Connection connection = shadow.control()) {
      return applied.read(connection);
    } catch (SQLException e) {
      LOG.warn("{} does not tell its position: {}", shadow, SqlState.describe(e));
      return Optional.empty();
    }
  }

  private boolean carry(Server shadow, Position cut, Position start) {
    try (Connection connection = shadow.control()) {
      connection.setAutoCommit(false);
      applied.move(connection, cut, start);
      connection.commit();
      LOG.info("{} goes on without a copy: {} -> {}", shadow, cut, start);
      return true;
    } catch (SQLException | DivergenceException e) {
      LOG.warn("{} cannot go on without a copy: {}", shadow, e.getMessage());
      return false;
    }
  }

  /**
   * What somebody else did to the slot. Debezium's engine makes one that it does not find and
   * starts at "now", which would lose changes.
   */
  private Optional<String> slotProblem(Lsn expected) {
    return slotProblem(expected, expected);
  }

  /** Debezium Server confirms as it goes, and nothing but what it was answered. */
  private Optional<String> slotAhead(Lsn answered) {
    return slotProblem(Lsn.ZERO, answered);
  }

  private Optional<String> slotProblem(Lsn min, Lsn max) {
    String name = slots.name(spec.epoch());
    try {
      Optional<Slots.Slot> slot = slots.find(spec.epoch());
      if (slot.isEmpty() || !slot.get().usable()) {
        return Optional.of("slot " + name + " was dropped or invalidated; start anew");
      }
      Lsn confirmed = slot.get().confirmed();
      return confirmed.compareTo(min) >= 0 && confirmed.compareTo(max) <= 0
          ? Optional.empty()
          : Optional.of(
              "slot "
                  + name
                  + " is at "
                  + confirmed
                  + " instead of "
                  + max
                  + ": somebody recreated or advanced it; start anew");
    } catch (SQLException e) {
      return Optional.of("slot " + name + " cannot be checked: " + SqlState.describe(e));
    }
  }
}

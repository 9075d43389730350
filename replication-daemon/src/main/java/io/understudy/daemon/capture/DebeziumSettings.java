package io.understudy.daemon.capture;

import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What one capture needs to know.
 *
 * @param name unique in this process, for threads and metrics
 * @param epoch epoch of the positions
 * @param database where to connect to
 * @param slot name of the replication slot, which exists
 * @param publication name of the publication, which exists
 * @param keyless says which tables have no primary key
 * @param slotCheck says what is wrong with the slot once the engine has attached to it
 * @param transactionsInFlightMax transactions delivered and not yet confirmed
 * @param placeholder text that no application writes
 */
public record DebeziumSettings(
    String name,
    long epoch,
    Address database,
    String slot,
    String publication,
    Predicate<TableName> keyless,
    Supplier<Optional<String>> slotCheck,
    int transactionsInFlightMax,
    String placeholder) {

  /**
   * A database to connect to.
   *
   * @param password empty for trust and peer
   */
  public record Address(
      String host, int port, String database, String user, Optional<String> password) {
    /** Without the password. */
    @Override
    public String toString() {
      return user + "@" + host + ":" + port + "/" + database;
    }
  }

  private static final int TRANSACTIONS_IN_FLIGHT_MAX = 16_384;

  public DebeziumSettings(
      String name,
      long epoch,
      Address database,
      String slot,
      String publication,
      Predicate<TableName> keyless,
      Supplier<Optional<String>> slotCheck) {
    this(
        name,
        epoch,
        database,
        slot,
        publication,
        keyless,
        slotCheck,
        TRANSACTIONS_IN_FLIGHT_MAX,
        "understudy-unchanged-" + UUID.randomUUID());
  }

  Properties properties() {
    Properties all = new Properties();
    connection(all);
    position(all);
    values(all);
    latency(all);
    return all;
  }

  private void connection(Properties all) {
    all.setProperty("name", name);
    all.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
    // Names the metrics' beans too: unique, or a second capture in this process waits for the
    // first.
    all.setProperty("topic.prefix", name + "-" + UUID.randomUUID());
    all.setProperty("database.hostname", database.host());
    all.setProperty("database.port", Integer.toString(database.port()));
    all.setProperty("database.dbname", database.database());
    all.setProperty("database.user", database.user());
    all.setProperty("database.password", database.password().orElse(""));
    all.setProperty("plugin.name", "pgoutput");
    all.setProperty("slot.name", slot);
    all.setProperty("publication.name", publication);
    all.setProperty("publication.autocreate.mode", "disabled");
    // A killed predecessor's walsender lets go of the slot within moments.
    all.setProperty("slot.max.retries", "20");
    all.setProperty("slot.retry.delay.ms", "500");
  }

  /** The slot is the only position: see the class comment of {@link DebeziumCapture}. */
  private static void position(Properties all) {
    all.setProperty("snapshot.mode", "no_data");
    all.setProperty("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
    all.setProperty("lsn.flush.mode", "connector");
    all.setProperty("slot.drop.on.stop", "false");
    // A restart inside the engine would go on from its own memory instead of the slot.
    all.setProperty("errors.max.retries", "0");
    all.setProperty("provide.transaction.metadata", "true");
  }

  private void values(Properties all) {
    all.setProperty("table.exclude.list", "understudy.applied,understudy.fence");
    all.setProperty("skipped.operations", "none");
    all.setProperty("tombstones.on.delete", "false");
    all.setProperty("logical_decoding_message.prefix.exclude.list", ".*");
    all.setProperty("decimal.handling.mode", "string");
    all.setProperty("interval.handling.mode", "string");
    all.setProperty("time.precision.mode", "adaptive");
    all.setProperty("unavailable.value.placeholder", placeholder);
  }

  private static void latency(Properties all) {
    all.setProperty("poll.interval.ms", "5");
    all.setProperty("max.batch.size", "2048");
    all.setProperty("max.queue.size", "8192");
    all.setProperty("max.queue.size.in.bytes", Long.toString(32L << 20));
    all.setProperty("statistics.metrics.enabled", "false");
    all.setProperty("advanced.metrics.enable", "false");
    all.setProperty("extended.headers.enabled", "false");
    all.setProperty("task.management.timeout.ms", "15000");
  }
}

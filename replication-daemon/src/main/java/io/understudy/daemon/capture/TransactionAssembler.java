package io.understudy.daemon.capture;

import io.debezium.data.Envelope;
import io.understudy.daemon.capture.RowReader.Reading;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Puts Debezium's records together to whole transactions. One owner. */
final class TransactionAssembler {
  private static final String METADATA = "io.debezium.connector.common.TransactionMetadataValue";
  private static final String KEY_CHANGED_TO = "__debezium.newkey";
  private static final int SCHEMAS_MAX = 10_000;

  private final long epoch;
  private final String placeholder;
  private final Predicate<TableName> keyless;
  private final IdentityHashMap<Schema, RowReader> readers = new IdentityHashMap<>();
  private List<Change> changes = new ArrayList<>();
  private long records;
  // A changed primary key comes as a DELETE and an INSERT; this is the row as it was, in between.
  private @Nullable Row keyBefore;

  /**
   * @param epoch epoch of the positions
   * @param placeholder what Debezium puts for an unchanged large value
   * @param keyless says which tables have no primary key: their rows are known by all columns
   */
  TransactionAssembler(long epoch, String placeholder, Predicate<TableName> keyless) {
    this.epoch = epoch;
    this.placeholder = placeholder;
    this.keyless = keyless;
  }

  /**
   * Takes the next record.
   *
   * @return the transaction that it completes
   * @throws IllegalStateException if records are missing
   */
  Optional<Transaction> add(SourceRecord record) {
    if (!(record.value() instanceof Struct value)) {
      return Optional.empty();
    }
    if (METADATA.equals(value.schema().name())) {
      return "END".equals(value.getString("status"))
          ? Optional.of(complete(record, value))
          : Optional.empty();
    }
    if (value.schema().field("op") != null) {
      records++;
      addChange(record, value);
    }
    return Optional.empty();
  }

  /** Drops what it has of a transaction that has not ended. */
  void forget() {
    changes = new ArrayList<>();
    records = 0;
    keyBefore = null;
  }

  private Transaction complete(SourceRecord record, Struct end) {
    long expected = end.getInt64("event_count");
    Lsn lsn = commitEnd(record);
    if (expected != records) {
      throw new IllegalStateException(
          "transaction at " + lsn + " has " + expected + " changes but " + records + " arrived");
    }
    Object xid = record.sourceOffset().get("txId");
    Transaction transaction =
        new Transaction(
            new Position(epoch, lsn),
            xid instanceof Number number ? number.longValue() : 0,
            changes);
    changes = new ArrayList<>();
    records = 0;
    return transaction;
  }

  /** PostgreSQL sends COMMIT with the end of the commit record as its place in the stream. */
  static Lsn commitEnd(SourceRecord end) {
    if (!(end.sourceOffset().get("lsn_commit") instanceof Number lsn)) {
      throw new IllegalStateException("a transaction ended without a commit position");
    }
    return new Lsn(lsn.longValue());
  }

  private void addChange(SourceRecord record, Struct value) {
    Struct source = value.getStruct(Envelope.FieldName.SOURCE);
    TableName table = new TableName(source.getString("schema"), source.getString("table"));
    Envelope.Operation operation =
        Envelope.Operation.forCode(value.getString(Envelope.FieldName.OPERATION));
    switch (operation) {
      case CREATE, READ -> insert(table, value.getStruct(Envelope.FieldName.AFTER));
      case UPDATE ->
          update(table, keyOf(table, record, value), value.getStruct(Envelope.FieldName.AFTER));
      case DELETE -> delete(table, record, value);
      case TRUNCATE -> changes.add(new Change.Truncate(table));
      case MESSAGE -> {}
    }
  }

  private void insert(TableName table, Struct after) {
    Row before = keyBefore;
    keyBefore = null;
    if (before != null) {
      update(table, before, after);
      return;
    }
    Reading reading = read(after);
    changes.add(
        unreadable(table, reading).orElseGet(() -> new Change.Insert(table, reading.row())));
  }

  private void update(TableName table, Row key, Struct after) {
    Reading reading = read(after);
    changes.add(
        unreadable(table, reading)
            .orElseGet(() -> new Change.Update(table, key, reading.row(), reading.unchanged())));
  }

  private void delete(TableName table, SourceRecord record, Struct value) {
    Row key = keyOf(table, record, value);
    if (record.headers().lastWithName(KEY_CHANGED_TO) != null) {
      keyBefore = key;
    } else {
      changes.add(new Change.Delete(table, key));
    }
  }

  private Row keyOf(TableName table, SourceRecord record, Struct value) {
    if (record.key() instanceof Struct key && !keyless.test(table)) {
      return read(key).row();
    }
    Struct before = value.getStruct(Envelope.FieldName.BEFORE);
    if (before == null) {
      throw new IllegalStateException(
          "a change of table " + table + " identifies no row; give it a primary key");
    }
    return read(before).row();
  }

  private static Optional<Change> unreadable(TableName table, Reading reading) {
    return reading
        .unreadable()
        .map(field ->
            new Change.Unreadable(
                table,
                field.name(),
                Optional.ofNullable(field.schema().name())
                    .orElse(field.schema().type().getName())));
  }

  private Reading read(Struct struct) {
    if (readers.size() > SCHEMAS_MAX) {
      readers.clear();
    }
    return readers
        .computeIfAbsent(struct.schema(), schema -> new RowReader(schema, placeholder))
        .read(struct);
  }
}

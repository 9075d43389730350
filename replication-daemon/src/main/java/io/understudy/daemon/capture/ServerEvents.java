package io.understudy.daemon.capture;

import io.debezium.data.Envelope;
import io.understudy.model.Lsn;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes of Debezium Server's payloads the records of the embedded engine. One owner.
 *
 * <p>The HTTP sink posts values without keys, offsets and headers. A row's key is put together from
 * its columns, the commit's position is the one in the id of its end, and {@code
 * __debezium.newkey}, which says that a DELETE is half of a changed key, comes in the field {@code
 * newkey}.
 */
final class ServerEvents {
  private static final String METADATA = "io.debezium.connector.common.TransactionMetadataValue";
  private static final String KEY_CHANGED_TO = "__debezium.newkey";
  private static final String KEY_CHANGED_TO_FIELD = "newkey";
  private static final Pattern TRANSACTION_ID = Pattern.compile("(\\d{1,19}):(\\d{1,19})");
  private static final Pattern SEQUENCE = Pattern.compile("\\[(?:null|\"(\\d{1,19})\"),.*");
  private static final int SCHEMAS_MAX = 10_000;

  private final Function<TableName, List<String>> keys;
  private final IdentityHashMap<Schema, Optional<Schema>> keySchemas = new IdentityHashMap<>();

  /**
   * @param keys columns of a table's primary key, empty if it has none
   */
  ServerEvents(Function<TableName, List<String>> keys) {
    this.keys = keys;
  }

  /**
   * What a payload says; empty for a heartbeat of the server.
   *
   * @throws MalformedBatchException if the server is not set up as it must be
   */
  Optional<ServerEvent> of(Struct payload) {
    Schema schema = payload.schema();
    if (METADATA.equals(schema.name())) {
      return Optional.of(boundary(payload));
    }
    return schema.field(Envelope.FieldName.OPERATION) == null
        ? Optional.empty()
        : Optional.of(change(payload));
  }

  private static ServerEvent boundary(Struct payload) {
    Matcher id = id(payload);
    long xid = Long.parseLong(id.group(1));
    Lsn at = new Lsn(Long.parseLong(id.group(2)));
    return switch (payload.getString("status")) {
      case "BEGIN" -> new ServerEvent.Begin(xid, at);
      case "END" -> {
        Map<String, Object> offset = Map.of("lsn_commit", at.value(), "txId", xid);
        yield new ServerEvent.End(
            xid, at, new SourceRecord(null, offset, "", null, payload.schema(), payload));
      }
      case String status -> throw new MalformedBatchException("unknown status '" + status + "'");
    };
  }

  private ServerEvent change(Struct payload) {
    Struct source = payload.getStruct(Envelope.FieldName.SOURCE);
    requireSetUp(payload, source);
    Struct transaction = payload.getStruct(Envelope.FieldName.TRANSACTION);
    if (transaction == null) {
      if (!isMessage(payload)) {
        throw new MalformedBatchException(
            "a change does not name its transaction; set"
                + " debezium.source.provide.transaction.metadata=true");
      }
      return new ServerEvent.Aside(new Lsn(source.getInt64("lsn")));
    }
    Matcher id = id(transaction);
    return new ServerEvent.Step(
        Long.parseLong(id.group(1)),
        new Lsn(Long.parseLong(id.group(2))),
        transaction.getInt64("total_order"),
        follows(source.getString("sequence")),
        record(payload, source));
  }

  /**
   * A NULL whose column has a default must not come as that default. The field {@code snapshot} has
   * one, and is NULL in a stream.
   */
  private static void requireSetUp(Struct payload, Struct source) {
    if (Envelope.Operation.READ.code().equals(payload.getString(Envelope.FieldName.OPERATION))) {
      throw new MalformedBatchException(
          "a row of a snapshot; set debezium.source.snapshot.mode=no_data and send no signals");
    }
    if (source.getWithoutDefault("snapshot") != null) {
      throw new MalformedBatchException(
          "NULLs are replaced by their columns' defaults; set"
              + " debezium.format.value.replace.null.with.default=false");
    }
  }

  private static boolean isMessage(Struct payload) {
    return Envelope.Operation.MESSAGE
        .code()
        .equals(payload.getString(Envelope.FieldName.OPERATION));
  }

  private static Matcher id(Struct struct) {
    Matcher id = TRANSACTION_ID.matcher(struct.getString("id"));
    if (!id.matches()) {
      throw new MalformedBatchException(
          "the id of a transaction is not XID:LSN; set"
              + " debezium.source.connector.class=io.debezium.connector.postgresql.PostgresConnector");
    }
    return id;
  }

  private static Optional<Lsn> follows(@Nullable String sequence) {
    Matcher matcher = SEQUENCE.matcher(String.valueOf(sequence));
    if (!matcher.matches()) {
      throw new MalformedBatchException("source.sequence is not a list of two positions");
    }
    return Optional.ofNullable(matcher.group(1)).map(text -> new Lsn(Long.parseLong(text)));
  }

  private SourceRecord record(Struct payload, Struct source) {
    Optional<Struct> key = isMessage(payload) ? Optional.empty() : key(payload, source);
    SourceRecord record =
        new SourceRecord(
            null,
            null,
            "",
            null,
            key.map(Struct::schema).orElse(null),
            key.orElse(null),
            payload.schema(),
            payload);
    if (payload.schema().field(KEY_CHANGED_TO_FIELD) != null) {
      Struct changed = payload.getStruct(KEY_CHANGED_TO_FIELD);
      record.headers().add(KEY_CHANGED_TO, changed, changed.schema());
    }
    return record;
  }

  private Optional<Struct> key(Struct payload, Struct source) {
    Struct before = payload.getStruct(Envelope.FieldName.BEFORE);
    Struct row = before == null ? payload.getStruct(Envelope.FieldName.AFTER) : before;
    if (row == null) {
      return Optional.empty();
    }
    if (keySchemas.size() > SCHEMAS_MAX) {
      keySchemas.clear();
    }
    TableName table = new TableName(source.getString("schema"), source.getString("table"));
    return keySchemas
        .computeIfAbsent(row.schema(), schema -> keySchema(table, schema))
        .map(schema -> pick(table, schema, row));
  }

  private Optional<Schema> keySchema(TableName table, Schema row) {
    List<String> columns = keys.apply(table);
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    SchemaBuilder key = SchemaBuilder.struct();
    for (String column : columns) {
      Field field = row.field(column);
      if (field == null) {
        throw new IllegalStateException(
            "a change of table "
                + table
                + " lacks column "
                + column
                + " of its primary key; leave no column out in debezium.source.column.exclude.list");
      }
      key.field(column, field.schema());
    }
    return Optional.of(key.build());
  }

  private static Struct pick(TableName table, Schema schema, Struct row) {
    Struct key = new Struct(schema);
    for (Field field : schema.fields()) {
      Object value = row.getWithoutDefault(field.name());
      if (value == null) {
        throw new IllegalStateException(
            "a change of table "
                + table
                + " does not say the old value of "
                + field.name()
                + ", which is in its primary key; give it the replica identity DEFAULT or FULL");
      }
      key.put(field, value);
    }
    return key;
  }
}

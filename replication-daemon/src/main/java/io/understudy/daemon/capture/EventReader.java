package io.understudy.daemon.capture;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.jspecify.annotations.Nullable;

/**
 * Reads a posted batch: a JSON array of events, each as Kafka Connect's JSON converter writes it,
 * with its schema in front of its payload. One owner.
 *
 * <p>Kafka's own reader is not used for values: it makes 0 of the NaN that its writer has put into
 * a string, and forgives missing fields.
 */
final class EventReader {

  /**
   * One element of the batch.
   *
   * @param from its first byte
   * @param to the byte after its last
   */
  record Element(ServerEvent event, int from, int to) {}

  private static final int SCHEMAS_MAX = 1_000;

  private final ObjectMapper trees = new ObjectMapper();
  private final JsonConverter schemas = new JsonConverter();
  private final JsonFactory json;
  private final ServerEvents events;
  // By their bytes: the same table's schema comes with each of its rows.
  private final Map<ByteBuffer, Schema> known = new HashMap<>();

  /**
   * @param key columns of a table's primary key, empty if it has none
   * @param bytesMax of a batch
   */
  EventReader(Function<TableName, List<String>> key, int bytesMax) {
    this.events = new ServerEvents(key);
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(bytesMax).build())
            .build();
    this.schemas.configure(Map.of("schemas.enable", "true", "schemas.cache.size", "16"), false);
  }

  /**
   * Reads a batch; heartbeats of the server are left out.
   *
   * @throws MalformedBatchException if it is not what Debezium Server posts when it is set up as
   *     {@code docker/debezium-server/application.properties} has it
   */
  List<Element> read(byte[] body) {
    List<Element> elements = new ArrayList<>();
    try (JsonParser in = json.createParser(body)) {
      if (in.nextToken() != JsonToken.START_ARRAY) {
        throw new MalformedBatchException(
            "the body is not a JSON array; set debezium.sink.http.batch.enabled=true");
      }
      while (in.nextToken() != JsonToken.END_ARRAY) {
        int from = offset(in);
        Struct payload = element(in, body, elements.size());
        int to = (int) in.currentLocation().getByteOffset();
        events.of(payload).ifPresent(event -> elements.add(new Element(event, from, to)));
      }
      if (in.nextToken() != null) {
        throw new MalformedBatchException("there is more after the end of the array");
      }
    } catch (JsonProcessingException e) {
      throw new MalformedBatchException(
          "the body is not JSON from byte " + e.getLocation().getByteOffset() + " on");
    } catch (IOException | DataException e) {
      throw new MalformedBatchException(
          "event " + (elements.size() + 1) + " does not fit its own schema");
    }
    return elements;
  }

  private static int offset(JsonParser in) {
    return (int) in.currentTokenLocation().getByteOffset();
  }

  private Struct element(JsonParser in, byte[] body, int before) throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT || !"schema".equals(in.nextFieldName())) {
      throw new MalformedBatchException(
          "event "
              + (before + 1)
              + " has no schema in front; set debezium.format.value=json and"
              + " debezium.format.value.schemas.enable=true");
    }
    in.nextToken();
    int from = offset(in);
    in.skipChildren();
    Schema schema = schema(body, from, (int) in.currentLocation().getByteOffset());
    if (!"payload".equals(in.nextFieldName()) || schema.type() != Schema.Type.STRUCT) {
      throw new MalformedBatchException("event " + (before + 1) + " has no payload");
    }
    in.nextToken();
    Object payload = value(in, schema);
    if (!(payload instanceof Struct struct) || in.nextToken() != JsonToken.END_OBJECT) {
      throw new MalformedBatchException("event " + (before + 1) + " is not a schema and a payload");
    }
    return struct;
  }

  private Schema schema(byte[] body, int from, int to) throws IOException {
    Schema schema = known.get(ByteBuffer.wrap(body, from, to - from));
    if (schema == null) {
      byte[] text = Arrays.copyOfRange(body, from, to);
      schema = schemas.asConnectSchema(trees.readTree(text));
      if (schema == null) {
        throw new MalformedBatchException(
            "an event's schema is null; set debezium.format.value.schemas.enable=true");
      }
      if (known.size() >= SCHEMAS_MAX) {
        known.clear();
      }
      known.put(ByteBuffer.wrap(text), schema);
    }
    return schema;
  }

  private @Nullable Object value(JsonParser in, Schema schema) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    return switch (schema.type()) {
      case BOOLEAN -> in.getBooleanValue();
      case INT8 -> in.getByteValue();
      case INT16 -> in.getShortValue();
      case INT32 -> whole(in).getIntValue();
      case INT64 -> whole(in).getLongValue();
      case FLOAT32 -> Float.parseFloat(number(in));
      case FLOAT64 -> Double.parseDouble(number(in));
      case STRING -> text(in);
      case BYTES -> ByteBuffer.wrap(in.getBinaryValue());
      case ARRAY -> list(in, schema.valueSchema());
      case MAP -> map(in, schema.valueSchema());
      case STRUCT -> struct(in, schema);
    };
  }

  private static JsonParser whole(JsonParser in) {
    if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw new DataException("not a whole number");
    }
    return in;
  }

  /** What JSON has no number for comes as a string. */
  private static String number(JsonParser in) throws IOException {
    String text = in.getText();
    boolean number =
        switch (in.currentToken()) {
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> true;
          case VALUE_STRING ->
              text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
          default -> false;
        };
    if (!number) {
      throw new DataException("not a number");
    }
    return text;
  }

  private static String text(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw new DataException("not a string");
    }
    return in.getText();
  }

  private List<@Nullable Object> list(JsonParser in, Schema element) throws IOException {
    require(in, JsonToken.START_ARRAY);
    List<@Nullable Object> list = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      list.add(value(in, element));
    }
    return list;
  }

  private Map<String, @Nullable Object> map(JsonParser in, Schema element) throws IOException {
    require(in, JsonToken.START_OBJECT);
    Map<String, @Nullable Object> map = new HashMap<>();
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      in.nextToken();
      map.put(name, value(in, element));
    }
    return map;
  }

  private Struct struct(JsonParser in, Schema schema) throws IOException {
    require(in, JsonToken.START_OBJECT);
    Struct struct = new Struct(schema);
    int fields = 0;
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      Field field = schema.field(name);
      if (field == null) {
        throw new DataException("a field that the schema does not have");
      }
      in.nextToken();
      struct.put(field, value(in, field.schema()));
      fields++;
    }
    if (fields != schema.fields().size()) {
      throw new DataException("a field of the schema is missing, or there twice");
    }
    return struct;
  }

  private static void require(JsonParser in, JsonToken token) {
    if (in.currentToken() != token) {
      throw new DataException("not the type of the schema");
    }
  }
}

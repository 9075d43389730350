package io.understudy.daemon.capture;

import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Writes one column's value in PostgreSQL's text form, exactly; one of these per column of an event
 * schema. What cannot be written exactly has none.
 */
@FunctionalInterface
interface ColumnText {
  String text(Object value);

  /** Types that Debezium hands over as the text that PostgreSQL sent, or as an exact notation. */
  Set<String> EXACT_STRINGS =
      Set.of(
          "io.debezium.data.Uuid",
          "io.debezium.data.Json",
          "io.debezium.data.Xml",
          "io.debezium.data.Enum",
          "io.debezium.data.Ltree",
          "io.debezium.data.Tsvector",
          "io.debezium.time.Interval",
          "io.debezium.time.ZonedTimestamp");

  /** PostgreSQL's infinities as Debezium's microseconds. */
  long POSITIVE_INFINITY_MICROS = 9_223_372_036_825_200_000L;

  long NEGATIVE_INFINITY_MICROS = -9_223_372_036_832_400_000L;

  /** Returns the writer for a column's schema, or empty if there is no exact one. */
  static Optional<ColumnText> of(Schema schema) {
    String name = schema.name();
    return Optional.ofNullable(
        switch (schema.type()) {
          case BOOLEAN, INT8, FLOAT32, FLOAT64 -> name == null ? Object::toString : null;
          case INT16 -> name == null ? Object::toString : null;
          case INT32 -> ofInteger(name);
          case INT64 -> ofLong(name);
          case STRING -> name == null || EXACT_STRINGS.contains(name) ? Object::toString : null;
          case BYTES -> name == null ? ColumnText::bytea : null;
          case ARRAY, MAP, STRUCT -> null;
        });
  }

  private static @Nullable ColumnText ofInteger(@Nullable String name) {
    return switch (name) {
      case null -> Object::toString;
      case "io.debezium.time.Date" -> value -> date(LocalDate.ofEpochDay((Integer) value));
      case "io.debezium.time.Time" -> value -> timeOfDay((Integer) value * 1000L);
      default -> null;
    };
  }

  private static @Nullable ColumnText ofLong(@Nullable String name) {
    return switch (name) {
      case null -> Object::toString;
      case "io.debezium.time.MicroTime" -> value -> timeOfDay((Long) value);
      case "io.debezium.time.Timestamp" -> value -> timestampOfMillis((Long) value);
      case "io.debezium.time.MicroTimestamp" -> value -> timestamp((Long) value);
      default -> null;
    };
  }

  private static String bytea(Object value) {
    ByteBuffer buffer =
        value instanceof byte[] array ? ByteBuffer.wrap(array) : ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return "\\x" + HexFormat.of().formatHex(bytes);
  }

  private static String timestampOfMillis(long millis) {
    if (millis == POSITIVE_INFINITY_MICROS / 1000) {
      return "infinity";
    }
    return millis == NEGATIVE_INFINITY_MICROS / 1000 ? "-infinity" : timestamp(millis * 1000);
  }

  private static String timestamp(long micros) {
    if (micros == POSITIVE_INFINITY_MICROS) {
      return "infinity";
    }
    if (micros == NEGATIVE_INFINITY_MICROS) {
      return "-infinity";
    }
    LocalDateTime time =
        LocalDateTime.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L),
            (int) Math.floorMod(micros, 1_000_000L) * 1000,
            ZoneOffset.UTC);
    String date = date(time.toLocalDate());
    String clock = timeOfDay(time.toLocalTime().toNanoOfDay() / 1000);
    return date.endsWith(" BC")
        ? date.substring(0, date.length() - 3) + " " + clock + " BC"
        : date + " " + clock;
  }

  private static String timeOfDay(long micros) {
    long seconds = micros / 1_000_000;
    return String.format(
        Locale.ROOT,
        "%02d:%02d:%02d.%06d",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        micros % 1_000_000);
  }

  /** PostgreSQL counts 1 BC as the year before 1; ISO 8601 calls it year 0. */
  private static String date(LocalDate date) {
    int year = date.getYear();
    String text =
        String.format(
            Locale.ROOT,
            "%04d-%02d-%02d",
            year > 0 ? year : 1 - year,
            date.getMonthValue(),
            date.getDayOfMonth());
    return year > 0 ? text : text + " BC";
  }
}

package io.understudy.daemon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.junit.jupiter.api.Test;

class ColumnTextTest {
  private static String text(Schema schema, Object value) {
    return ColumnText.of(schema).orElseThrow().text(value);
  }

  private static Schema named(SchemaBuilder builder, String name) {
    return builder.name(name).build();
  }

  @Test
  void yearsBeforeOneAreWrittenAsPostgresReadsThem() {
    Schema date = named(SchemaBuilder.int32(), "io.debezium.time.Date");
    assertThat(text(date, (int) LocalDate.of(0, 2, 29).toEpochDay())).isEqualTo("0001-02-29 BC");
    assertThat(text(date, (int) LocalDate.of(12024, 1, 1).toEpochDay())).isEqualTo("12024-01-01");
  }

  @Test
  void timestampsKeepMicrosecondsAndInfinity() {
    Schema micros = named(SchemaBuilder.int64(), "io.debezium.time.MicroTimestamp");
    assertThat(text(micros, -1L)).isEqualTo("1969-12-31 23:59:59.999999");
    assertThat(text(micros, ColumnText.POSITIVE_INFINITY_MICROS)).isEqualTo("infinity");
    assertThat(text(micros, ColumnText.NEGATIVE_INFINITY_MICROS)).isEqualTo("-infinity");
    Schema millis = named(SchemaBuilder.int64(), "io.debezium.time.Timestamp");
    assertThat(text(millis, 1L)).isEqualTo("1970-01-01 00:00:00.001000");
  }

  @Test
  void midnightAtTheEndOfTheDayStaysThere() {
    Schema time = named(SchemaBuilder.int64(), "io.debezium.time.MicroTime");
    assertThat(text(time, 86_400_000_000L)).isEqualTo("24:00:00.000000");
  }

  @Test
  void bytesAreWrittenInHexFromTheirPosition() {
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {9, (byte) 0xab, 0});
    buffer.get();
    assertThat(text(Schema.BYTES_SCHEMA, buffer)).isEqualTo("\\xab00");
    assertThat(text(Schema.BYTES_SCHEMA, buffer)).as("again").isEqualTo("\\xab00");
  }

  @Test
  void whatCannotBeWrittenExactlyHasNoWriter() {
    for (Schema schema :
        List.of(
            SchemaBuilder.array(Schema.INT32_SCHEMA).build(),
            named(SchemaBuilder.struct(), "io.debezium.data.geometry.Point"),
            named(SchemaBuilder.bytes(), "io.debezium.data.Bits"),
            named(SchemaBuilder.string(), "io.debezium.time.ZonedTime"),
            named(SchemaBuilder.int64(), "io.debezium.time.NanoTimestamp"))) {
      assertThat(ColumnText.of(schema)).as("%s", schema.name()).isEmpty();
    }
  }
}

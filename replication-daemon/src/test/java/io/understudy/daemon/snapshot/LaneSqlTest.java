package io.understudy.daemon.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaneSqlTest {
  private static Catalogue.Table table(String type, String... key) {
    String bare = type.replaceFirst("\\(.*", "");
    Catalogue.Form form = new Catalogue.Form(bare, bare, true, true);
    return new Catalogue.Table(
        new TableName("public", "t"),
        List.of(
            new Catalogue.Column("a", type, false, form),
            new Catalogue.Column("b", type, false, form)),
        List.of(key),
        'd',
        true,
        'p',
        true);
  }

  @Test
  void thereIsAPrimeOfLanesForEightRowsEach() {
    assertThat(new LaneSql(table("bigint", "a"), 0, false).lanes()).isEqualTo(2);
    assertThat(new LaneSql(table("bigint", "a"), 1_000_000, false).lanes()).isEqualTo(125_003);
    assertThat(new LaneSql(table("bigint", "a"), Long.MAX_VALUE, false).lanes())
        .isBetween(LaneSql.LANES_MAX, LaneSql.LANES_MAX + 100);
    assertThat(new LaneSql(table("bigint"), 1_000_000, false).lanes()).isEqualTo(1);
  }

  @Test
  void aKeyOfOneWholeNumberNeedsNoHash() {
    assertThat(new LaneSql(table("bigint", "a"), 100, false).digests().split("md5", -1)).hasSize(2);
    assertThat(new LaneSql(table("text", "a"), 100, false).digests().split("md5", -1)).hasSize(3);
    assertThat(new LaneSql(table("bigint", "a", "b"), 100, false).digests().split("md5", -1))
        .hasSize(3);
  }

  @Test
  void serversThatHashAlikeDoWithoutMd5UnlessRowsMayBeThereTwice() {
    assertThat(new LaneSql(table("numeric", "a"), 100, true).digests())
        .contains("hash_record_extended(ROW(record_send(ROW(")
        .doesNotContain("md5");
    assertThat(new LaneSql(table("numeric(12,2)", "a"), 100, true).digests())
        .doesNotContain("record_send");
    assertThat(new LaneSql(table("text", "a"), 100, true).digests())
        .contains("COLLATE \"C\"")
        .doesNotContain("record_send");
    assertThat(new LaneSql(table("bigint"), 100, true).digests()).contains("md5", "sum(hash)");
  }

  @Test
  void onlyTypesThatAreTheSameEverywhereTravelInBinary() {
    Map<String, TransferFormat> expected =
        Map.of(
            "bigint", TransferFormat.BINARY,
            "jsonb", TransferFormat.BINARY,
            "text[]", TransferFormat.BINARY,
            "regclass", TransferFormat.TEXT,
            "mood", TransferFormat.TEXT,
            "mood[]", TransferFormat.TEXT);
    expected.forEach((type, format) ->
        assertThat(TransferFormat.of(table(type, "a"))).as(type).isEqualTo(format));
  }

  @Test
  void lanesAreComparedByKeyAndHash() {
    byte[] here = pack(1, "a", 2, "b", 3, "c");
    byte[] there = pack(3, "c", 9, "b", 4, "d");
    List<String> heard = new ArrayList<>();
    new LaneRows(here, 1).compare(new LaneRows(there, 1), differences(heard));
    assertThat(heard).containsExactlyInAnyOrder("+a", "~b", "-d");
    heard.clear();
    new LaneRows(LaneRows.NONE, 1).compare(new LaneRows(here, 1), differences(heard));
    assertThat(heard).containsExactlyInAnyOrder("-a", "-b", "-c");
  }

  private static LaneRows.Differences differences(List<String> heard) {
    return new LaneRows.Differences() {
      @Override
      public void onlyPrimary(ByteBuffer key) {
        heard.add("+" + LaneRows.key(key, 1).getFirst());
      }

      @Override
      public void onlyShadow(ByteBuffer key) {
        heard.add("-" + LaneRows.key(key, 1).getFirst());
      }

      @Override
      public void changed(ByteBuffer key) {
        heard.add("~" + LaneRows.key(key, 1).getFirst());
      }
    };
  }

  private static byte[] pack(Object... hashesAndKeys) {
    ByteBuffer packed = ByteBuffer.allocate(100);
    for (int i = 0; i < hashesAndKeys.length; i += 2) {
      byte[] key = ((String) hashesAndKeys[i + 1]).getBytes(StandardCharsets.UTF_8);
      packed.putLong((Integer) hashesAndKeys[i]).putInt(key.length).put(key);
    }
    byte[] bytes = new byte[packed.flip().remaining()];
    packed.get(bytes);
    return bytes;
  }
}

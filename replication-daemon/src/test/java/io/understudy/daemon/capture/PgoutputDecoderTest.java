package io.understudy.daemon.capture;

import static io.understudy.daemon.capture.PgoutputWriter.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.capture.PgoutputMessage.Column;
import io.understudy.daemon.capture.PgoutputMessage.Identity;
import io.understudy.daemon.capture.PgoutputMessage.Tuple;
import io.understudy.model.Lsn;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PgoutputDecoderTest {
  private static final String SECRET = "secret-value";
  private final PgoutputWriter plain = PgoutputWriter.plain();

  private List<ByteBuffer> all() {
    return List.of(
        PgoutputWriter.begin(-2),
        PgoutputWriter.commit(new Lsn(99)),
        plain.relation(7, "t", 'd', "*id", "v", "big"),
        plain.insert(7, "1", SECRET, null),
        plain.update(7, "1", SECRET, UNCHANGED),
        plain.update(7, 'K', Arrays.asList("1", null, null), Arrays.asList("2", SECRET, null)),
        plain.update(7, 'O', Arrays.asList("1", SECRET, null), Arrays.asList("2", "b", null)),
        plain.delete(7, 'K', "1", null, null),
        plain.truncate(7, 8, 9),
        PgoutputWriter.streamStart(5),
        PgoutputWriter.streamStop(),
        PgoutputWriter.streamCommit(5, new Lsn(-1)),
        PgoutputWriter.streamAbort(5, 6));
  }

  private static PgoutputMessage decode(ByteBuffer message) {
    return PgoutputDecoder.decode(message);
  }

  private static Tuple tuple(List<String> values, Integer... unchanged) {
    String[] row = values.toArray(new String[0]);
    List.of(unchanged).forEach(i -> row[i] = UNCHANGED);
    // Behind type, relation, mark and number of columns.
    byte[] message = PgoutputWriter.plain().insert(7, row).array();
    return new Tuple(message, 8, message.length, row.length, unchanged.length);
  }

  @Test
  void everyMessageIsRead() {
    assertThat(all().stream().map(PgoutputDecoderTest::decode))
        .containsExactly(
            new PgoutputMessage.Begin(4_294_967_294L),
            new PgoutputMessage.Commit(new Lsn(99)),
            new PgoutputMessage.Relation(
                7,
                new TableName("public", "t"),
                Identity.DEFAULT,
                List.of(new Column("id", true), new Column("v", false), new Column("big", false))),
            new PgoutputMessage.Insert(7, tuple(Arrays.asList("1", SECRET, null))),
            new PgoutputMessage.Update(
                7, Optional.empty(), tuple(Arrays.asList("1", SECRET, null), 2)),
            new PgoutputMessage.Update(
                7,
                Optional.of(tuple(Arrays.asList("1", null, null))),
                tuple(Arrays.asList("2", SECRET, null))),
            new PgoutputMessage.Update(
                7,
                Optional.of(tuple(Arrays.asList("1", SECRET, null))),
                tuple(Arrays.asList("2", "b", null))),
            new PgoutputMessage.Delete(7, tuple(Arrays.asList("1", null, null))),
            new PgoutputMessage.Truncate(List.of(7, 8, 9)),
            new PgoutputMessage.StreamStart(5),
            new PgoutputMessage.StreamStop(),
            new PgoutputMessage.StreamCommit(5, new Lsn(-1)),
            new PgoutputMessage.StreamAbort(5, 6));
  }

  @Test
  void whatDoesNotMatterIsIgnored() {
    assertThat(decode(plain.type("mood"))).isEqualTo(new PgoutputMessage.Ignored('Y'));
    assertThat(decode(PgoutputWriter.origin("o"))).isEqualTo(new PgoutputMessage.Ignored('O'));
  }

  @Test
  void aMessageThatIsCutAnywhereIsRefusedWithTypeAndOffset() {
    for (ByteBuffer message : all()) {
      for (int length = 0; length < message.capacity(); length++) {
        ByteBuffer cut = message.duplicate().slice(0, length);
        assertThatThrownBy(() -> decode(cut))
            .as("%s cut to %d", message, length)
            .isInstanceOf(PgoutputException.class)
            .hasMessageContaining("type '" + (length == 0 ? '?' : (char) message.get(0)))
            .hasMessageContaining("offset ")
            .hasMessageNotContaining("secret");
      }
    }
  }

  @Test
  void bytesAfterTheEndAreRefused() {
    for (ByteBuffer message : all()) {
      ByteBuffer longer = ByteBuffer.allocate(message.capacity() + 3).put(message).rewind();
      assertThatThrownBy(() -> decode(longer)).hasMessageContaining("3 bytes follow its end");
    }
  }

  @Test
  void garbageIsRefusedOrReadButNeverBreaksAnything() {
    long seed = Long.getLong("understudy.seed", new Random().nextLong());
    System.out.println("seed " + seed + "; replay it with -Dunderstudy.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 50_000; round++) {
      ByteBuffer good = all().get(random.nextInt(all().size()));
      byte[] message = new byte[good.remaining()];
      good.get(message);
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        message[random.nextInt(message.length)] = (byte) random.nextInt(256);
      }
      try {
        decode(ByteBuffer.wrap(message));
      } catch (PgoutputException e) {
        assertThat(e).as("seed %d round %d", seed, round).hasMessageNotContaining("secret");
      }
    }
  }

  @Test
  void aBinaryValueIsRefusedNamingTheColumn() {
    ByteBuffer message = plain.insert(7, "1", SECRET);
    int form = message.capacity() - SECRET.length() - 5;
    message.put(form, (byte) 'b');
    assertThatThrownBy(() -> decode(message))
        .hasMessageContaining("type 'I'")
        .hasMessageContaining("column 1 has the binary form");
  }

  @Test
  void textThatIsNotUtf8IsRefusedAndARealReplacementCharacterIsNot() {
    ByteBuffer message = plain.insert(7, "a\uFFFDb");
    assertThat(decode(message.duplicate()))
        .isEqualTo(new PgoutputMessage.Insert(7, tuple(List.of("a\uFFFDb"))));
    message.put(message.capacity() - 2, (byte) 0xff);
    assertThatThrownBy(() -> decode(message)).hasMessageContaining("not valid UTF-8");
  }

  @Test
  void valuesAreNeverPrinted() {
    assertThat(all().stream().map(message -> decode(message).toString()))
        .noneMatch(text -> text.contains("secret"));
  }
}

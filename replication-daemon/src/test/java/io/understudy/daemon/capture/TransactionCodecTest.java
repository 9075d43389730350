package io.understudy.daemon.capture;

import static io.understudy.daemon.capture.CaptureContract.row;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TransactionCodecTest {
  private static final Position AT = new Position(3, new Lsn(4711));
  private static final TableName T = new TableName("public", "t");
  private static final TableName ODD = new TableName("Ä \"x\"", "tafel.名");

  private static Transaction everything() {
    return new Transaction(
        AT,
        4_294_967_295L,
        List.of(
            new Change.Insert(T, row("id", "1", "v", null, "big", "secret-value")),
            new Change.Insert(T, row("id", "2", "v", "", "big", "\"\\{}\n\0")),
            new Change.Update(T, row("id", "1"), row("id", "8", "v", "ß名😀"), List.of("big")),
            new Change.Update(T, row("id", "8"), row("id", "8", "v", "x", "big", ""), List.of()),
            new Change.Delete(T, row("id", "2")),
            new Change.Truncate(ODD),
            new Change.Insert(ODD, new Row(List.of(), List.of())),
            new Change.Unreadable(ODD, "v", "STRUCT")));
  }

  private static Transaction again(Transaction transaction) {
    return TransactionCodec.decode(transaction.position(), TransactionCodec.encode(transaction));
  }

  @Test
  void whatIsWrittenIsReadAsItWas() {
    assertThat(again(everything())).isEqualTo(everything());
    Transaction none = new Transaction(AT, 0, List.of());
    assertThat(again(none)).isEqualTo(none);
  }

  @Test
  void randomTransactionsAreReadAsTheyWere() {
    Random random = random();
    for (int round = 0; round < 500; round++) {
      Transaction transaction = random(random);
      assertThat(again(transaction)).isEqualTo(transaction);
    }
  }

  @Test
  void namesAreWrittenOnce() {
    Change change = new Change.Delete(T, row("a-long-name-of-a-column", "1"));
    int one = TransactionCodec.encode(new Transaction(AT, 1, List.of(change))).length;
    int two = TransactionCodec.encode(new Transaction(AT, 1, List.of(change, change))).length;
    assertThat(two - one).isEqualTo(1 + 4 + 4 + 1 + 4 + 1);
  }

  /** Journals on disk hold these very bytes: a change of them needs a new version. */
  @Test
  void versionOneStaysAsItIs() {
    Change change = new Change.Insert(new TableName("s", "t"), row("a", "1", "b", null));
    byte[] content = TransactionCodec.encode(new Transaction(AT, 5, List.of(change)));
    String bytes = HexFormat.of().formatHex(content);
    assertThat(bytes)
        .isEqualTo(
            ("01 0000000000000005 00000001 72 0000000173 0000000174"
                    + " 63 00000002 0000000161 0000000162 49 00000000 00000000 74 0000000131 6e")
                .replace(" ", ""));
  }

  @Test
  void anotherVersionIsRefusedByNumber() {
    byte[] content = TransactionCodec.encode(everything());
    content[0] = 9;
    assertThatThrownBy(() -> TransactionCodec.decode(AT, content))
        .isInstanceOf(MalformedTransactionException.class)
        .hasMessageContaining("transaction at 3:0/1267 cannot be read at byte 1: version 9");
  }

  @Test
  void aTransactionThatIsCutOrGoesOnIsRefused() {
    byte[] content = TransactionCodec.encode(everything());
    for (int length = 0; length < content.length; length++) {
      byte[] cut = Arrays.copyOf(content, length);
      assertThatThrownBy(() -> TransactionCodec.decode(AT, cut))
          .as("cut to %d", length)
          .isInstanceOf(MalformedTransactionException.class)
          .hasMessageContaining(" at byte ")
          .hasMessageNotContaining("secret");
    }
    byte[] longer = Arrays.copyOf(content, content.length + 1);
    assertThatThrownBy(() -> TransactionCodec.decode(AT, longer))
        .hasMessageContaining("1 bytes follow its last change");
  }

  @Test
  void garbageIsRefusedOrReadButNeverBreaksAnything() {
    Random random = random();
    byte[] good = TransactionCodec.encode(everything());
    for (int round = 0; round < 5_000; round++) {
      byte[] content = good.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        content[random.nextInt(content.length)] = (byte) random.nextInt(256);
      }
      try {
        Transaction read = TransactionCodec.decode(AT, content);
        assertThat(again(read)).isEqualTo(read);
      } catch (MalformedTransactionException e) {
        assertThat(e).hasMessageNotContaining("secret");
      }
    }
  }

  @Test
  void aTextThatIsNotUtf8IsRefused() {
    byte[] content = TransactionCodec.encode(everything());
    int at = new String(content, ISO_8859_1).indexOf("secret");
    content[at] = (byte) 0xff;
    assertThatThrownBy(() -> TransactionCodec.decode(AT, content))
        .hasMessageContaining("not valid UTF-8");
  }

  private static Random random() {
    long seed = Long.getLong("understudy.seed", new Random().nextLong());
    System.out.println("seed " + seed + "; replay it with -Dunderstudy.seed=" + seed);
    return new Random(seed);
  }

  private static Transaction random(Random random) {
    List<Change> changes = new ArrayList<>();
    for (int i = random.nextInt(20); i > 0; i--) {
      TableName table = new TableName("s" + random.nextInt(2), "t" + random.nextInt(3));
      changes.add(
          switch (random.nextInt(4)) {
            case 0 -> new Change.Insert(table, randomRow(random));
            case 1 ->
                new Change.Update(
                    table, randomRow(random), randomRow(random), randomRow(random).columns());
            case 2 -> new Change.Delete(table, randomRow(random));
            default -> new Change.Truncate(table);
          });
    }
    return new Transaction(AT, random.nextLong(), changes);
  }

  private static Row randomRow(Random random) {
    List<String> columns = new ArrayList<>();
    List<@Nullable String> values = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      columns.add("c" + i);
      byte[] value = new byte[random.nextInt(30)];
      random.nextBytes(value);
      values.add(random.nextInt(5) == 0 ? null : new String(value, UTF_8));
    }
    return new Row(columns, values);
  }
}

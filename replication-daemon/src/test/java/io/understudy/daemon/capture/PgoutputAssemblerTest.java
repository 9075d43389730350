package io.understudy.daemon.capture;

import static io.understudy.daemon.capture.CaptureContract.row;
import static io.understudy.daemon.capture.PgoutputWriter.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgoutputAssemblerTest {
  private static final TableName T = new TableName("public", "t");
  private static final TableName U = new TableName("public", "u");

  @TempDir Path folder;
  private OpenTransactions open = new OpenTransactions(Path.of(""), 0);
  private PgoutputAssembler assembler = new PgoutputAssembler(1, _ -> List.of(), open);
  private final PgoutputWriter plain = PgoutputWriter.plain();
  private long end = 100;

  @BeforeEach
  void fresh() {
    with(1 << 20);
  }

  private void with(long bytesMax, String... primaryKey) {
    open = new OpenTransactions(folder, bytesMax);
    assembler = new PgoutputAssembler(3, _ -> List.of(primaryKey), open);
  }

  private void add(ByteBuffer... messages) {
    for (ByteBuffer message : messages) {
      assertThat(assembler.add(message)).isEmpty();
    }
  }

  private Optional<Transaction> commit() {
    return assembler.add(PgoutputWriter.commit(new Lsn(end++)));
  }

  private List<Change> changes(ByteBuffer... messages) {
    add(PgoutputWriter.begin(9));
    add(messages);
    return commit().orElseThrow().changes();
  }

  @Test
  void aTransactionEndsAtItsCommitRecordsEnd() {
    add(plain.relation(1, "t", 'd', "*id", "v"), PgoutputWriter.begin(-1));
    assertThat(assembler.isIdle()).isFalse();
    add(PgoutputWriter.origin("o"), plain.type("mood"), plain.insert(1, "1", null));
    assertThat(commit())
        .contains(
            new Transaction(
                new Position(3, new Lsn(100)),
                4_294_967_295L,
                List.of(new Change.Insert(T, row("id", "1", "v", null)))));
    assertThat(assembler.isIdle()).isTrue();
  }

  @Test
  void aTransactionWithoutChangesIsNone() {
    add(PgoutputWriter.begin(9));
    assertThat(commit()).isEmpty();
    assertThat(assembler.isIdle()).isTrue();
  }

  @Test
  void theDefaultIdentityIsTheOldKeyOrTheNewRowsIfItIsTheSame() {
    assertThat(
            changes(
                plain.relation(1, "t", 'd', "*a", "v", "*b"),
                plain.update(1, "1", UNCHANGED, "2"),
                plain.update(1, 'K', Arrays.asList("1", null, "2"), Arrays.asList("8", "x", "2")),
                plain.delete(1, 'K', "8", null, "2")))
        .containsExactly(
            new Change.Update(T, row("a", "1", "b", "2"), row("a", "1", "b", "2"), List.of("v")),
            new Change.Update(
                T, row("a", "1", "b", "2"), row("a", "8", "v", "x", "b", "2"), List.of()),
            new Change.Delete(T, row("a", "8", "b", "2")));
  }

  @Test
  void anIndexIdentityIsItsColumns() {
    assertThat(
            changes(
                plain.relation(1, "t", 'i', "id", "*code"),
                plain.update(1, 'K', Arrays.asList(null, "x"), List.of("1", "y"))))
        .containsExactly(
            new Change.Update(T, row("code", "x"), row("id", "1", "code", "y"), List.of()));
  }

  @Test
  void theFullIdentityIsAllColumnsOfATableWithoutAPrimaryKey() {
    assertThat(
            changes(
                plain.relation(1, "t", 'f', "*id", "*v"),
                plain.update(1, 'O', Arrays.asList("1", null), List.of("1", "x")),
                plain.delete(1, 'O', "1", "x")))
        .containsExactly(
            new Change.Update(T, row("id", "1", "v", null), row("id", "1", "v", "x"), List.of()),
            new Change.Delete(T, row("id", "1", "v", "x")));
  }

  @Test
  void theFullIdentityIsThePrimaryKeyWhereThereIsOne() {
    with(1 << 20, "id");
    assertThat(
            changes(
                plain.relation(1, "t", 'f', "*json", "*id"),
                plain.update(1, 'O', List.of("{}", "1"), List.of("{}", "2")),
                plain.delete(1, 'O', "{}", "2")))
        .containsExactly(
            new Change.Update(T, row("id", "1"), row("json", "{}", "id", "2"), List.of()),
            new Change.Delete(T, row("id", "2")));
  }

  @Test
  void aTruncateOfSeveralTablesIsOneChangeForEach() {
    assertThat(
            changes(
                plain.relation(1, "t", 'd', "*id"),
                plain.relation(2, "u", 'd', "*id"),
                plain.truncate(2, 1)))
        .containsExactly(new Change.Truncate(U), new Change.Truncate(T));
  }

  @Test
  void aTableIsWhatItsLastDescriptionSays() {
    assertThat(
            changes(
                plain.relation(1, "t", 'd', "*id"),
                plain.insert(1, "1"),
                plain.relation(1, "u", 'd', "*id", "more"),
                plain.insert(1, "1", "2")))
        .containsExactly(
            new Change.Insert(T, row("id", "1")),
            new Change.Insert(U, row("id", "1", "more", "2")));
  }

  @Test
  void changesThatCannotBeUnderstoodAreRefusedWithoutValues() {
    add(PgoutputWriter.begin(9), plain.relation(1, "t", 'n', "id", "v"));
    assertThatThrownBy(() -> assembler.add(plain.insert(5, "secret")))
        .hasMessageContaining("relation 5, which the server has not described");
    assertThatThrownBy(() -> assembler.add(plain.insert(1, "secret")))
        .hasMessage("a row of table public.t has 1 values for 2 columns");
    assertThatThrownBy(() -> assembler.add(plain.update(1, "secret", "x")))
        .hasMessageContaining("public.t identifies no row");
    assertThatThrownBy(() -> assembler.add(plain.insert(1, "secret", UNCHANGED)))
        .hasMessageContaining("public.t lacks values");
    assertThatThrownBy(() -> assembler.add(PgoutputWriter.begin(3)))
        .hasMessage("a message Begin came inside a transaction");
  }

  @Test
  void messagesInTheWrongPlaceAreRefused() {
    assertThatThrownBy(() -> assembler.add(plain.insert(1, "1")))
        .hasMessage("a message Insert came between transactions");
    assertThatThrownBy(() -> assembler.add(PgoutputWriter.streamStop()))
        .hasMessage("a message StreamStop came between transactions");
    assertThatThrownBy(() -> assembler.add(PgoutputWriter.streamCommit(4, new Lsn(5))))
        .hasMessage("transaction 4 is streamed but was never begun");
    add(PgoutputWriter.streamStart(4));
    assertThatThrownBy(() -> assembler.add(PgoutputWriter.streamStart(5)))
        .hasMessage("a message StreamStart came inside a piece");
    assertThatThrownBy(() -> assembler.add(ByteBuffer.wrap(new byte[] {'I', 0, 0})))
        .isInstanceOf(PgoutputException.class)
        .hasMessageContaining("type 'I', cannot be read at offset 3: it is cut off");
  }

  @Test
  void aCommitThatComesAgainIsRefused() {
    changes(plain.relation(1, "t", 'd', "*id"), plain.insert(1, "1"));
    add(PgoutputWriter.begin(9));
    end = 100;
    assertThatThrownBy(this::commit).hasMessageContaining("ends at 0/64 came after");
  }

  @Test
  void whatAnOpenTransactionSaysOfATableIsBelievedOnlyOnceItCommits() {
    PgoutputWriter altering = PgoutputWriter.streamed(7);
    add(plain.relation(1, "t", 'd', "*id"));
    add(PgoutputWriter.streamStart(7), altering.relation(1, "t", 'd', "*id", "more"));
    add(altering.insert(1, "1", "2"), PgoutputWriter.streamStop());
    assertThat(assembler.isIdle()).isFalse();
    assertThat(changes(plain.insert(1, "5"))).hasSize(1);
    assertThat(
            assembler.add(PgoutputWriter.streamCommit(7, new Lsn(end++))).orElseThrow().changes())
        .containsExactly(new Change.Insert(T, row("id", "1", "more", "2")));
    assertThat(changes(plain.insert(1, "6", "7"))).hasSize(1);
    assertThat(assembler.isIdle()).isTrue();
  }

  @Test
  void aTransactionThatIsRolledBackLeavesNothing() {
    add(plain.relation(1, "t", 'd', "*id"));
    add(PgoutputWriter.streamStart(7), PgoutputWriter.streamed(7).insert(1, "1"));
    add(PgoutputWriter.streamStop(), PgoutputWriter.streamAbort(7, 7));
    add(PgoutputWriter.streamAbort(8, 8), PgoutputWriter.streamAbort(8, 9));
    assertThat(assembler.isIdle()).isTrue();
    assertThat(changes(plain.insert(1, "2"))).hasSize(1);
  }
}

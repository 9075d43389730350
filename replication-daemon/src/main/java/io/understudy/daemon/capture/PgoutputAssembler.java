package io.understudy.daemon.capture;

import io.understudy.daemon.capture.PgoutputMessage.Begin;
import io.understudy.daemon.capture.PgoutputMessage.Commit;
import io.understudy.daemon.capture.PgoutputMessage.Delete;
import io.understudy.daemon.capture.PgoutputMessage.Ignored;
import io.understudy.daemon.capture.PgoutputMessage.Insert;
import io.understudy.daemon.capture.PgoutputMessage.Relation;
import io.understudy.daemon.capture.PgoutputMessage.StreamAbort;
import io.understudy.daemon.capture.PgoutputMessage.StreamCommit;
import io.understudy.daemon.capture.PgoutputMessage.StreamStart;
import io.understudy.daemon.capture.PgoutputMessage.StreamStop;
import io.understudy.daemon.capture.PgoutputMessage.Truncate;
import io.understudy.daemon.capture.PgoutputMessage.Update;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Puts the messages of the logical stream together to whole transactions. One owner.
 *
 * <pre>
 * BETWEEN --Begin--> WHOLE --changes, Commit--> BETWEEN        a transaction that has committed
 * BETWEEN --StreamStart--> PIECE --StreamStop--> BETWEEN       a piece of one that is still open
 * BETWEEN --StreamCommit | StreamAbort--> BETWEEN              the end of one that came in pieces
 * </pre>
 *
 * Pieces are kept as they came, Relation messages included, and are read at the commit: what one
 * transaction says of a table's columns must not be believed before it commits.
 *
 * <p>A transaction without changes of a published table is none.
 */
final class PgoutputAssembler {
  /** Where the stream is. */
  private sealed interface Place {
    record Between() implements Place {}

    record Whole(long xid) implements Place {}

    record Piece(int xid) implements Place {}
  }

  private static final Place BETWEEN = new Place.Between();

  private final long epoch;
  private final Function<TableName, List<String>> primaryKey;
  private final OpenTransactions open;
  // Never more than the tables that the publication has ever had since the start.
  private final Map<Integer, RelationShape> relations = new HashMap<>();
  private Place place = BETWEEN;
  private List<Change> changes = new ArrayList<>();
  private Lsn last = Lsn.ZERO;

  /**
   * @param epoch epoch of the positions
   * @param primaryKey columns of a table's primary key; empty if it has none
   * @param open keeps the pieces of open transactions
   */
  PgoutputAssembler(
      long epoch, Function<TableName, List<String>> primaryKey, OpenTransactions open) {
    this.epoch = epoch;
    this.primaryKey = primaryKey;
    this.open = open;
  }

  /**
   * Takes the next message; may write into its array, and keeps it for the rows in it.
   *
   * @return the transaction that it completes
   * @throws PgoutputException if it cannot be read
   * @throws IllegalStateException if it does not follow from those before
   */
  Optional<Transaction> add(ByteBuffer message) {
    return switch (place) {
      case Place.Between _ -> between(PgoutputDecoder.decode(message));
      case Place.Whole(long xid) -> whole(xid, PgoutputDecoder.decode(message));
      case Place.Piece(int xid) -> piece(xid, message);
    };
  }

  /** Whether nothing is half received: no open transaction, no piece of one. */
  boolean isIdle() {
    return place instanceof Place.Between && open.isEmpty();
  }

  /**
   * Whether the last message ended a transaction or a piece of one. The server has then sent every
   * transaction that committed before what it says it has sent; pieces of open ones come again.
   */
  boolean isBetween() {
    return place instanceof Place.Between;
  }

  private Optional<Transaction> between(PgoutputMessage message) {
    switch (message) {
      case Begin(long xid) -> place = new Place.Whole(xid);
      case StreamStart(int xid) -> {
        open.begin(xid);
        place = new Place.Piece(xid);
      }
      case StreamAbort abort -> abort(abort);
      case StreamCommit(int xid, Lsn end) -> {
        open.commit(xid, plain -> change(PgoutputDecoder.decode(plain)));
        return complete(Integer.toUnsignedLong(xid), end);
      }
      case Relation relation -> describe(relation);
      case Ignored _ -> {}
      case Commit _, StreamStop _, Insert _, Update _, Delete _, Truncate _ ->
          throw unexpected(message, "between transactions");
    }
    return Optional.empty();
  }

  private Optional<Transaction> whole(long xid, PgoutputMessage message) {
    if (message instanceof Commit(Lsn end)) {
      place = BETWEEN;
      return complete(xid, end);
    }
    change(message);
    return Optional.empty();
  }

  /** Inside a piece every message but these three carries a transaction id. */
  private Optional<Transaction> piece(int xid, ByteBuffer message) {
    byte type = message.hasRemaining() ? message.get(message.position()) : 0;
    switch (type) {
      case 'E' -> {
        PgoutputDecoder.decode(message);
        place = BETWEEN;
      }
      case 'O' -> PgoutputDecoder.decode(message);
      case 'S' -> throw unexpected(PgoutputDecoder.decode(message), "inside a piece");
      default -> open.append(xid, StreamedMessage.of(message));
    }
    return Optional.empty();
  }

  private void abort(StreamAbort abort) {
    if (abort.whole()) {
      open.abort(abort.xid());
    } else {
      open.abort(abort.xid(), abort.subxid());
    }
  }

  private void change(PgoutputMessage message) {
    switch (message) {
      case Relation relation -> describe(relation);
      case Insert insert -> changes.add(shape(insert.relation()).insert(insert));
      case Update update -> changes.add(shape(update.relation()).update(update));
      case Delete delete -> changes.add(shape(delete.relation()).delete(delete));
      case Truncate(List<Integer> tables) ->
          tables.forEach(id -> changes.add(new Change.Truncate(shape(id).table())));
      case Ignored _ -> {}
      case Begin _, Commit _, StreamStart _, StreamStop _, StreamCommit _, StreamAbort _ ->
          throw unexpected(message, "inside a transaction");
    }
  }

  private Optional<Transaction> complete(long xid, Lsn end) {
    if (end.compareTo(last) <= 0) {
      throw new IllegalStateException(
          "a transaction that ends at " + end + " came after one that ends at " + last);
    }
    last = end;
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    Transaction transaction = new Transaction(new Position(epoch, end), xid, changes);
    changes = new ArrayList<>();
    return Optional.of(transaction);
  }

  private void describe(Relation relation) {
    relations.put(relation.id(), new RelationShape(relation, primaryKey.apply(relation.table())));
  }

  private RelationShape shape(int relation) {
    RelationShape shape = relations.get(relation);
    if (shape == null) {
      throw new IllegalStateException(
          "a change of relation "
              + Integer.toUnsignedLong(relation)
              + ", which the server has not described");
    }
    return shape;
  }

  private static IllegalStateException unexpected(PgoutputMessage message, String where) {
    return new IllegalStateException(
        "a message " + message.getClass().getSimpleName() + " came " + where);
  }
}

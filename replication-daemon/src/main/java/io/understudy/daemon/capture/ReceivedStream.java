package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The transactions in what Debezium Server posts, each once, in commit order. One owner.
 *
 * <h2>What is a repetition and what is a gap</h2>
 *
 * A batch whose answer was lost is posted again, and a server that starts again begins at its slot.
 * Both repeat: a transaction that ends at or before {@code delivered} is dropped, and so are those
 * first events of the open transaction that are here already. Their numbers must then go on by one,
 * the end's count must be theirs ({@link TransactionAssembler}), and the commit that the server saw
 * before a transaction must be the last one seen here. Anything else is a {@link GapException}. A
 * server that has just started saw none before; then the slot must tell whether it begins early
 * enough, which the caller is asked to find out.
 */
final class ReceivedStream {

  /**
   * A transaction that is new.
   *
   * @param unproven nothing in the stream proves that it is the next one: ask the slot first
   */
  record Completed(Transaction transaction, boolean unproven) {}

  private enum Link {
    FOLLOWS,
    UNPROVEN,
    BROKEN
  }

  private final TransactionAssembler assembler;
  // Invariant: never falls; every transaction up to here was given out.
  private Lsn delivered;
  private @Nullable Lsn lastEnd;
  private @Nullable Open open;
  // Of a transaction that ought to be a repetition, as its end will show; 0 if there is none.
  private long skippedXid;
  private boolean skippedHasNoBegin;

  /** The transaction whose end is yet to come; its changes are the assembler's. */
  private static final class Open {
    final long xid;
    long steps;
    Link link = Link.FOLLOWS;

    Open(long xid) {
      this.xid = xid;
    }
  }

  /**
   * @param delivered where the last transaction ends that need not come again
   */
  ReceivedStream(TransactionAssembler assembler, Lsn delivered) {
    this.assembler = assembler;
    this.delivered = delivered;
  }

  /** Where the last transaction ends that was given out. */
  Lsn delivered() {
    return delivered;
  }

  /** How many events of the open transaction are here. */
  long openSteps() {
    return open == null ? 0 : open.steps;
  }

  boolean isOpen() {
    return open != null;
  }

  /**
   * Takes the next event.
   *
   * @return the new transaction that it ends
   * @throws GapException if events are missing
   * @throws IllegalStateException if a change cannot be read
   */
  Optional<Completed> add(ServerEvent event) {
    return switch (event) {
      case ServerEvent.Begin begin -> {
        begin(begin);
        yield Optional.empty();
      }
      case ServerEvent.Step step -> {
        step(step);
        yield Optional.empty();
      }
      case ServerEvent.End end -> {
        Optional<Completed> completed = end(end);
        lastEnd = end.at();
        yield completed;
      }
      case ServerEvent.Aside aside -> {
        lastEnd = aside.at();
        yield Optional.empty();
      }
    };
  }

  /**
   * The batch is over. A repetition that starts within a transaction holds its end, too.
   *
   * @throws GapException if it does not
   */
  void endBatch() {
    if (skippedXid != 0 && skippedHasNoBegin) {
      throw new GapException("the first events of transaction " + skippedXid + " are missing");
    }
  }

  private void begin(ServerEvent.Begin begin) {
    if (open == null) {
      assembler.forget();
      open = new Open(begin.xid());
    } else if (open.xid != begin.xid()) {
      skippedXid = begin.xid();
      skippedHasNoBegin = false;
    }
  }

  private void step(ServerEvent.Step step) {
    Open current = open;
    if (current == null || current.xid != step.xid()) {
      if (step.xid() != skippedXid) {
        skippedXid = step.xid();
        skippedHasNoBegin = true;
      }
      return;
    }
    if (step.order() <= current.steps) {
      return;
    }
    if (step.order() != current.steps + 1) {
      throw new GapException(
          "events "
              + (current.steps + 1)
              + " to "
              + (step.order() - 1)
              + " of transaction "
              + step.xid()
              + " are missing");
    }
    if (step.order() == 1) {
      current.link = link(step.follows());
    }
    assembler.add(step.record());
    current.steps++;
  }

  private Link link(Optional<Lsn> follows) {
    if (follows.isEmpty() || lastEnd == null) {
      return Link.UNPROVEN;
    }
    return follows.get().equals(lastEnd) ? Link.FOLLOWS : Link.BROKEN;
  }

  private Optional<Completed> end(ServerEvent.End end) {
    Open current = open;
    boolean isOpen = current != null && current.xid == end.xid();
    if (skippedXid == end.xid()) {
      skippedXid = 0;
    }
    if (end.at().compareTo(delivered) <= 0) {
      if (isOpen) {
        open = null;
        assembler.forget();
      }
      return Optional.empty();
    }
    if (current == null || !isOpen) {
      throw new GapException(
          current == null
              ? "the beginning of transaction " + end.xid() + " is missing"
              : "the end of transaction " + current.xid + " is missing");
    }
    if (current.link == Link.BROKEN) {
      throw new GapException(
          "transactions between " + delivered + " and " + end.at() + " are missing");
    }
    Transaction transaction = assembler.add(end.record()).orElseThrow();
    delivered = end.at();
    open = null;
    return Optional.of(new Completed(transaction, current.link == Link.UNPROVEN));
  }
}

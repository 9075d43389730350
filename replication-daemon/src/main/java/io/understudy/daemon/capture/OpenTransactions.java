package io.understudy.daemon.capture;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The messages of transactions that are streamed while they are open, in memory up to a bound and
 * in temporary files beyond it. One owner.
 *
 * <p>Subtransactions nest: from the first change of one until its rollback, everything in the
 * transaction belongs to it or to one inside it. Rolling it back is therefore a cut at its first
 * change, which is what PostgreSQL's own subscriber does too.
 */
final class OpenTransactions implements AutoCloseable {

  /** One of them; {@code firsts} is where each subtransaction began. */
  private record Open(SpillLog log, Map<Integer, Long> firsts) {}

  private final Path folder;
  private final long bytesMax;
  private final Map<Integer, Open> open = new HashMap<>();
  private long bytes;

  /**
   * @param folder where temporary files are made
   * @param bytesMax memory for all of them together, bytes
   */
  OpenTransactions(Path folder, long bytesMax) {
    this.folder = folder;
    this.bytesMax = bytesMax;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /** A piece of a transaction arrives, which may be its first. */
  void begin(int xid) {
    open.computeIfAbsent(
        xid,
        _ -> {
          SpillLog log = new SpillLog(folder);
          bytes += log.memory();
          return new Open(log, new HashMap<>());
        });
  }

  void append(int xid, StreamedMessage message) {
    Open to = require(xid);
    if (message.xid() != xid) {
      to.firsts().putIfAbsent(message.xid(), to.log().end());
    }
    bytes -= to.log().memory();
    to.log().append(message.plain());
    bytes += to.log().memory();
    if (bytes > bytesMax) {
      spillLargest();
    }
  }

  /** Drops a transaction that was rolled back; one of which nothing was streamed is none. */
  void abort(int xid) {
    Open aborted = open.remove(xid);
    if (aborted != null) {
      end(aborted);
    }
  }

  /** Drops a subtransaction that was rolled back, with all inside it. */
  void abort(int xid, int subxid) {
    Open of = open.get(xid);
    Long first = of == null ? null : of.firsts().get(subxid);
    if (of != null && first != null) {
      of.firsts().values().removeIf(begin -> begin >= first);
      of.log().cut(first);
    }
  }

  /** Gives the messages of a transaction to {@code reader}, in order, and forgets it. */
  void commit(int xid, Consumer<ByteBuffer> reader) {
    Open committed = require(xid);
    committed.log().forEach(reader);
    open.remove(xid);
    end(committed);
  }

  @Override
  public void close() {
    open.values().forEach(this::end);
    open.clear();
  }

  private Open require(int xid) {
    Open found = open.get(xid);
    if (found == null) {
      throw new IllegalStateException(
          "transaction " + Integer.toUnsignedLong(xid) + " is streamed but was never begun");
    }
    return found;
  }

  private void spillLargest() {
    SpillLog largest =
        open.values().stream()
            .map(Open::log)
            .max(Comparator.comparingLong(SpillLog::memory))
            .orElseThrow();
    bytes -= largest.memory();
    largest.spill();
    bytes += largest.memory();
  }

  private void end(Open ended) {
    bytes -= ended.log().memory();
    ended.log().close();
  }
}

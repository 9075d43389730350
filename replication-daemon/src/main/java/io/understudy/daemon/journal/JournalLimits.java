package io.understudy.daemon.journal;

import java.util.ArrayList;
import java.util.List;

/**
 * Bounds of a journal.
 *
 * @param payloadBytesMax of one entry; larger transactions travel as chunks; 1..64 MiB
 * @param segmentBytes a segment that has this size gets no further frame; from 4 KiB
 * @param indexStrideBytes at most this many bytes are read to find a position; from 1
 * @param openTransactionsMax transactions with chunks but no end, at once; 1..65536
 */
public record JournalLimits(
    int payloadBytesMax, long segmentBytes, long indexStrideBytes, int openTransactionsMax) {
  /** 1 MiB payloads, 64 MiB segments, an index entry for each 256 KiB, 1000 open transactions. */
  public static final JournalLimits DEFAULTS =
      new JournalLimits(1 << 20, 64L << 20, 256L << 10, 1000);

  /** The format's own bound, so that a flipped bit in a length never asks for gigabytes. */
  static final int PAYLOAD_BYTES_CEILING = 64 << 20;

  static final int OPEN_TRANSACTIONS_CEILING = 1 << 16;

  public JournalLimits {
    List<String> problems = new ArrayList<>();
    if (payloadBytesMax < 1 || payloadBytesMax > PAYLOAD_BYTES_CEILING) {
      problems.add(
          "payloadBytesMax " + payloadBytesMax + " is not within 1.." + PAYLOAD_BYTES_CEILING);
    }
    if (segmentBytes < 4096) {
      problems.add("segmentBytes " + segmentBytes + " is below 4096");
    }
    if (indexStrideBytes < 1) {
      problems.add("indexStrideBytes " + indexStrideBytes + " is below 1");
    }
    if (openTransactionsMax < 1 || openTransactionsMax > OPEN_TRANSACTIONS_CEILING) {
      problems.add(
          "openTransactionsMax "
              + openTransactionsMax
              + " is not within 1.."
              + OPEN_TRANSACTIONS_CEILING);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }
}

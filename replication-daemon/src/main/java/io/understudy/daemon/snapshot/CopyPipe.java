package io.understudy.daemon.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/** Carries the rows of one COPY from one server to another. */
final class CopyPipe {
  // The driver hands over a row at a time; a message for each would cost the receiver dearly.
  private static final int BUFFER_BYTES = 1 << 16;

  private CopyPipe() {}

  /**
   * Carries all of it.
   *
   * @param copyIn the statement that takes the rows in
   * @return rows
   */
  static long carry(CopyOut out, Connection to, String copyIn, Meter meter)
      throws SQLException, InterruptedException {
    CopyIn in = to.unwrap(PGConnection.class).getCopyAPI().copyIn(copyIn);
    try {
      byte[] buffer = new byte[BUFFER_BYTES];
      int filled = 0;
      long rows = 0;
      for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
        rows++;
        if (filled + row.length > buffer.length) {
          send(in, buffer, filled);
          meter.sent(rows, filled);
          rows = 0;
          filled = 0;
        }
        if (row.length > buffer.length) {
          send(in, row, row.length);
          meter.sent(0, row.length);
        } else {
          System.arraycopy(row, 0, buffer, filled, row.length);
          filled += row.length;
        }
      }
      send(in, buffer, filled);
      meter.sent(rows, filled);
      return in.endCopy();
    } finally {
      if (in.isActive()) {
        in.cancelCopy();
      }
    }
  }

  private static void send(CopyIn in, byte[] bytes, int length)
      throws SQLException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the copy was given up");
    }
    if (length > 0) {
      in.writeToCopy(bytes, 0, length);
    }
  }
}

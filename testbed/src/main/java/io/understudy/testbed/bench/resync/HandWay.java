package io.understudy.testbed.bench.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/** What one does by hand: {@code COPY ... TO STDOUT} piped into {@code COPY ... FROM STDIN}. */
final class HandWay implements Way {
  static final String NAME = "hand";

  private final Servers servers;

  HandWay(Servers servers) {
    this.servers = servers;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare() {}

  @Override
  public void copy() throws SQLException {
    try (Connection from = servers.connect(Servers.SOURCE);
        Connection to = servers.connect(NAME)) {
      to.setAutoCommit(false);
      try (Statement statement = to.createStatement()) {
        statement.execute("TRUNCATE item");
      }
      CopyOut out =
          from.unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut("COPY item TO STDOUT (FORMAT binary)");
      CopyIn in =
          to.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY item FROM STDIN (FORMAT binary)");
      for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
        in.writeToCopy(row, 0, row.length);
      }
      in.endCopy();
      to.commit();
    }
  }

  @Override
  public void tidy() {}
}

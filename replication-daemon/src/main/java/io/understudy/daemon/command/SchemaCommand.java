package io.understudy.daemon.command;

import io.understudy.daemon.postgres.Migration;
import io.understudy.daemon.postgres.SchemaChange;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.SqlState;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * {@code schema apply}: runs a migration on the primary so that every shadow runs it at the same
 * place among the changes of rows, then waits until they have.
 */
final class SchemaCommand {
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);
  private static final int LOOKS_MAX = 300;

  private SchemaCommand() {}

  /** Returns 0 if every endpoint has the new schema, 1 if not, and says where not. */
  static int run(Call call, PrintStream out, PrintStream err)
      throws SQLException, IOException, InterruptedException {
    Migration migration = Migration.read(Files.readString(Path.of(call.operands().getLast())));
    if (!migration.refused().isEmpty()) {
      migration.refused().forEach(err::println);
      err.println("nothing was changed");
      return 1;
    }
    String primary = PreflightCommand.primary(call);
    Server source = Server.of(call.service().endpoint(primary).orElseThrow());
    List<Server> shadows =
        call.service().endpoints().stream()
            .filter(endpoint -> !endpoint.name().equals(primary))
            .map(Server::of)
            .toList();
    String publication = "understudy_" + call.service().name().replace('-', '_');
    migration.run(source, publication);
    out.println(primary + ": " + migration.size() + " statements done");
    boolean everywhere = true;
    for (Server shadow : shadows) {
      boolean has = arrives(source, shadow, err);
      everywhere &= has;
      out.println(shadow.endpoint() + (has ? ": done" : ": not yet; it follows with the stream"));
    }
    return everywhere ? 0 : 1;
  }

  private static boolean arrives(Server source, Server shadow, PrintStream err)
      throws InterruptedException, SQLException {
    for (int look = 0; look < LOOKS_MAX; look++) {
      try (Connection from = source.control();
          Connection to = shadow.control()) {
        if (SchemaChange.pending(from, to).isEmpty()) {
          return true;
        }
      } catch (SQLException e) {
        err.println(shadow + ": " + SqlState.describe(e));
        return false;
      }
      Thread.sleep(LOOK_EVERY);
    }
    return false;
  }
}

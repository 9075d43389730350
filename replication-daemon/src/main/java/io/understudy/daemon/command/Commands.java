package io.understudy.daemon.command;

import io.understudy.daemon.command.Call.WrongUseException;
import io.understudy.daemon.wire.CaCommand;
import io.understudy.model.config.InvalidConfigException;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** The daemon's one-time commands; they need no running daemon. */
public final class Commands {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;

  public static final String USAGE =
      """
      usage: replication-daemon UNDERSTUDY.YAML
             replication-daemon endpoint  --config FILE
             replication-daemon preflight SERVICE --config UNDERSTUDY.YAML [--json]
             replication-daemon detach    SERVICE --config UNDERSTUDY.YAML [--print]
             replication-daemon schema apply SERVICE --config UNDERSTUDY.YAML FILE.SQL
             replication-daemon verify    SERVICE --config UNDERSTUDY.YAML [--json]
             replication-daemon repair    SERVICE --config UNDERSTUDY.YAML [--json] ENDPOINT
             replication-daemon ca        --out DIR NAME...
      """;

  private Commands() {}

  /** Whether the program's arguments are one of these commands. */
  public static boolean knows(String[] arguments) {
    return arguments.length > 0
        && Set.of("preflight", "detach", "schema", "verify", "repair", "ca").contains(arguments[0]);
  }

  /**
   * Runs one.
   *
   * @return the exit code: 0 done and well, 1 not, 2 wrong use or configuration
   */
  public static int run(String[] arguments, Clock clock, PrintStream out, PrintStream err) {
    List<String> rest = List.of(arguments).subList(1, arguments.length);
    try {
      return switch (arguments[0]) {
        case "preflight" -> PreflightCommand.run(Call.read(rest, Set.of("--json"), 0), out);
        case "schema" -> schema(rest, out, err);
        case "verify" -> CopyCommand.verify(Call.read(rest, Set.of("--json"), 0), out);
        case "repair" -> CopyCommand.repair(Call.read(rest, Set.of("--json"), 1), out);
        case "detach" -> DetachCommand.run(Call.read(rest, Set.of("--print"), 0), out, err);
        case "ca" -> {
          CaCommand.parse(rest).run(clock, out::println);
          yield DONE;
        }
        default -> throw new WrongUseException("there is no command '" + arguments[0] + "'");
      };
    } catch (WrongUseException e) {
      err.println(e.getMessage());
      err.print(USAGE);
      return WRONG_USE;
    } catch (InvalidConfigException e) {
      err.println(e.getMessage());
      return WRONG_USE;
    } catch (SQLException | IOException e) {
      err.println(e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      return FAILED;
    }
  }

  private static int schema(List<String> rest, PrintStream out, PrintStream err)
      throws SQLException, IOException, InterruptedException, WrongUseException {
    if (rest.isEmpty() || !rest.getFirst().equals("apply")) {
      throw new WrongUseException("schema knows apply");
    }
    return SchemaCommand.run(Call.read(rest.subList(1, rest.size()), Set.of(), 1), out, err);
  }
}

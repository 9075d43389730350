package io.understudy.daemon.postgres;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What an error of a server means for a shadow (PostgreSQL manual, appendix A).
 *
 * <p>Descriptions name table, column and constraint, and leave out the server's message, which may
 * quote row values.
 */
public final class SqlState {
  private SqlState() {}

  /**
   * Says whether trying again can help: the connection broke, the transaction lost against another
   * one, resources ran out, or the server is starting or stopping.
   */
  public static boolean isTransient(SQLException error) {
    String state = of(error);
    return state.startsWith("08")
        || state.startsWith("53")
        || switch (state) {
          case "40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03" -> true;
          default -> false;
        };
  }

  /** Says whether somebody else holds a thing that only one session can have (object_in_use). */
  public static boolean isInUse(SQLException error) {
    return of(error).equals("55006");
  }

  /** The five characters, or XX000 if there are none. */
  public static String of(SQLException error) {
    return error.getSQLState() == null ? "XX000" : error.getSQLState();
  }

  /** What and where, without row values. */
  public static String describe(SQLException error) {
    StringBuilder text = new StringBuilder("SQLSTATE ").append(of(error));
    if (error instanceof PSQLException server && server.getServerErrorMessage() != null) {
      ServerErrorMessage message = server.getServerErrorMessage();
      append(text, " table ", message.getTable());
      append(text, " column ", message.getColumn());
      append(text, " constraint ", message.getConstraint());
    } else {
      append(text, " ", error.getMessage());
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String what, @Nullable String name) {
    if (name != null) {
      text.append(what).append(name);
    }
  }
}

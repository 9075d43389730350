package io.understudy.daemon.command;

import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.control.FileControlStore;
import io.understudy.daemon.postgres.Finding;
import io.understudy.daemon.postgres.Finding.Level;
import io.understudy.daemon.preflight.Inspection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** {@code preflight}: says what is not well with the servers of a service, and what to do. */
final class PreflightCommand {
  private PreflightCommand() {}

  /** Returns 0 if there is no error, 1 if there is one; warnings do not count. */
  static int run(Call call, PrintStream out) throws SQLException, IOException {
    String primary = primary(call);
    List<Finding> findings = new Inspection(call.service(), primary).run();
    if (call.has("--json")) {
      out.println(json(call.service().name(), primary, findings).encodePrettily());
    } else {
      out.println(call.service().name() + ", primary " + primary);
      findings.forEach(finding -> out.println(line(finding)));
      out.println(
          count(findings, Level.ERROR)
              + " errors, "
              + count(findings, Level.WARNING)
              + " warnings");
    }
    return count(findings, Level.ERROR) > 0 ? 1 : 0;
  }

  /** The control record says it; before there is one, the first endpoint will be. */
  static String primary(Call call) throws IOException {
    Optional<ControlRecord> record =
        FileControlStore.look(call.config().stateFolder(), call.service().name());
    return record
        .map(ControlRecord::primary)
        .orElseGet(() -> call.service().endpoints().getFirst().name());
  }

  private static String line(Finding finding) {
    String level = finding.level().word();
    return level + " ".repeat(8 - level.length()) + finding;
  }

  private static JsonObject json(String service, String primary, List<Finding> findings) {
    JsonArray list = new JsonArray();
    for (Finding finding : findings) {
      list.add(
          new JsonObject()
              .put("level", finding.level().word())
              .put("endpoint", finding.endpoint())
              .put("check", finding.check())
              .put("what", finding.what())
              .put("remedy", finding.remedy()));
    }
    return new JsonObject()
        .put("service", service)
        .put("primary", primary)
        .put("errors", count(findings, Level.ERROR))
        .put("warnings", count(findings, Level.WARNING))
        .put("findings", list);
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}

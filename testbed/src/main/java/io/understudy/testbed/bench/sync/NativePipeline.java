package io.understudy.testbed.bench.sync;

import java.sql.SQLException;
import java.util.List;

/** PostgreSQL's own logical replication, tuned: a subscription on every shadow. */
final class NativePipeline implements Pipeline {
  static final String DATABASE = "native";

  private final Stage stage;

  NativePipeline(Stage stage) {
    this.stage = stage;
  }

  @Override
  public String database() {
    return DATABASE;
  }

  @Override
  public void prepare() throws SQLException {
    stage.run("CREATE PUBLICATION native FOR TABLE account, entry, marker");
    for (Stage.Place shadow : stage.shadows()) {
      shadow
          .server()
          .run(
              DATABASE,
              List.of(
                  "CREATE SUBSCRIPTION native CONNECTION 'host=127.0.0.1 user=postgres port="
                      + stage.primary().server().port()
                      + " dbname="
                      + Stage.PRIMARY_DATABASE
                      + "' PUBLICATION native WITH (enabled = false, create_slot = true, slot_name"
                      + " = '"
                      + slot(shadow)
                      + "', copy_data = false, binary = true, streaming = parallel,"
                      + " synchronous_commit = off)"));
    }
  }

  @Override
  public void arm() {} // The servers run already.

  @Override
  public void start() throws SQLException {
    alter("ENABLE");
  }

  @Override
  public void stop() throws SQLException {
    alter("DISABLE");
  }

  @Override
  public double ownProcessorSeconds() {
    return 0; // It lives in the servers.
  }

  private void alter(String how) throws SQLException {
    for (Stage.Place shadow : stage.shadows()) {
      shadow.server().run(DATABASE, List.of("ALTER SUBSCRIPTION native " + how));
    }
  }

  private static String slot(Stage.Place shadow) {
    return "native_" + shadow.name().replace('-', '_');
  }
}

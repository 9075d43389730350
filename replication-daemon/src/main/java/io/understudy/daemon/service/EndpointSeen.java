package io.understudy.daemon.service;

import io.understudy.daemon.replication.ShadowState;
import io.understudy.model.Position;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/**
 * What an endpoint's daemon said of itself when it was last asked.
 *
 * @param role {@code source}, {@code voter} or {@code between}
 * @param phase of the role
 * @param epoch that it leads or follows
 * @param open whether its database takes writes
 * @param journal where its journal ends
 * @param replicated watermark of a source
 * @param applied what a voter's database contains
 * @param readingMillis newest heartbeat in that database, milliseconds since 1970; 0 for none
 * @param seeding the copy that is being made
 * @param diverged how its copy differs from the primary's
 * @param failure why it applies nothing any more
 * @param trouble the error that it tries again
 * @param at when it said so
 */
record EndpointSeen(
    String role,
    String phase,
    long epoch,
    boolean open,
    Position journal,
    Position replicated,
    Position applied,
    long readingMillis,
    Optional<ShadowState.Seeding> seeding,
    Optional<String> diverged,
    Optional<String> failure,
    Optional<String> trouble,
    Instant at) {

  /**
   * Reads the answer of {@code GET /status}.
   *
   * @throws RuntimeException if it is not of that form
   */
  static EndpointSeen parse(JsonObject json, Instant at) {
    Long seeded = json.getLong("seededRows");
    return new EndpointSeen(
        json.getString("role"),
        json.getString("phase"),
        json.getLong("epoch"),
        json.getBoolean("open"),
        Position.parse(json.getString("journal")),
        Position.parse(json.getString("replicated")),
        Position.parse(json.getString("applied")),
        json.getLong("readingMillis", 0L),
        seeded == null
            ? Optional.empty()
            : Optional.of(
                new ShadowState.Seeding(
                    seeded, json.getLong("seededBytes"), json.getLong("seedBytesExpected"))),
        Optional.ofNullable(json.getString("diverged")),
        Optional.ofNullable(json.getString("failure")),
        Optional.ofNullable(json.getString("trouble")),
        at);
  }

  boolean leads(long asked) {
    return role.equals("source") && epoch == asked;
  }

  boolean votes() {
    return role.equals("voter") && !phase.equals("FAILED") && failure.isEmpty();
  }
}

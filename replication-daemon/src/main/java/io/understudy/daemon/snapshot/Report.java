package io.understudy.daemon.snapshot;

import io.understudy.model.Position;
import java.time.Duration;
import java.util.List;

/**
 * What a comparison or a copy came to.
 *
 * @param position the exact position of the primary that the shadow was compared with or brought to
 * @param differences tables that differed; empty if the shadow was equal, and after a full copy
 * @param tables how many tables were compared or copied
 * @param bytes bytes of data that were read from both servers and sent to the shadow
 */
public record Report(
    Position position, List<TableDifference> differences, int tables, long bytes, Duration took) {
  public Report {
    differences = List.copyOf(differences);
  }

  /** Rows that differed, as far as they are known by a key. */
  public long rows() {
    return differences.stream().mapToLong(TableDifference::rows).sum();
  }
}

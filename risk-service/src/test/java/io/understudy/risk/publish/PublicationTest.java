package io.understudy.risk.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.RiskScore;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PublicationTest {
  private final Publication publication = new Publication(2_000);

  @Test
  void onlyMovedOrAgedScoresAreDue() {
    arrive(score(0.1, 0));
    assertThat(publication.due(List.of(score(0.1, 1_000)))).isEmpty();
    assertThat(publication.due(List.of(score(0.2, 1_000)))).hasSize(1);
    assertThat(publication.due(List.of(score(0.1, 2_000)))).hasSize(1);
  }

  @Test
  void scoreThatDidNotArriveStaysDue() {
    assertThat(publication.due(List.of(score(0.1, 0)))).hasSize(1);
    assertThat(publication.due(List.of(score(0.1, 0)))).hasSize(1);
  }

  private void arrive(RiskScore score) {
    publication.due(List.of(score)).forEach(publication::arrived);
  }

  private static RiskScore score(double score, long atMillis) {
    return new RiskScore("orders", "eu-a", score, 30, "m", atMillis, List.of());
  }
}

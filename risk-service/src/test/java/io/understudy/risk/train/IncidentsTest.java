package io.understudy.risk.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.risk.train.Incidents.Incident;
import io.understudy.risk.train.Incidents.Label;
import org.junit.jupiter.api.Test;

final class IncidentsTest {
  private final boolean[] breached = new boolean[200];

  @Test
  void shortGapsBelongToTheIncident() {
    breach(50, 55);
    breach(64, 70); // ten samples after the last breach
    breach(90, 92);
    assertThat(Incidents.in(breached).all())
        .containsExactly(new Incident(50, 70), new Incident(90, 92));
  }

  @Test
  void forecastLooksAheadButNotAtNow() {
    breach(100, 110);
    Incidents incidents = Incidents.in(breached);
    assertThat(incidents.forecast(69, 30)).isEqualTo(Label.NO);
    assertThat(incidents.forecast(70, 30)).isEqualTo(Label.YES);
    assertThat(incidents.forecast(99, 30)).isEqualTo(Label.YES);
    assertThat(incidents.forecast(100, 30)).isEqualTo(Label.LEFT_OUT);
    assertThat(incidents.forecast(119, 30)).isEqualTo(Label.LEFT_OUT);
    assertThat(incidents.forecast(120, 30)).isEqualTo(Label.NO);
  }

  @Test
  void nowcastIsOnDuringTheIncident() {
    breach(100, 110);
    Incidents incidents = Incidents.in(breached);
    assertThat(incidents.nowcast(94)).isEqualTo(Label.NO);
    assertThat(incidents.nowcast(95)).isEqualTo(Label.YES);
    assertThat(incidents.nowcast(105)).isEqualTo(Label.YES);
    assertThat(incidents.nowcast(112)).isEqualTo(Label.LEFT_OUT);
  }

  private void breach(int from, int to) {
    for (int t = from; t < to; t++) {
      breached[t] = true;
    }
  }
}

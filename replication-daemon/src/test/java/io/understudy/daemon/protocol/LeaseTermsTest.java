package io.understudy.daemon.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseTermsTest {
  private static final Duration TERM = Duration.ofSeconds(1);
  private static final Duration CLOSING = Duration.ofMillis(100);

  /**
   * The oracle counts microseconds of true time: three clocks that are as different as they may be,
   * each read in whole milliseconds at every phase of a millisecond. The voter is asked in the very
   * moment in which the source asks, and the server is told in the very moment of the extension.
   */
  @Test
  void aDatabaseIsClosedBeforeAnyVoterPromisesWhateverTheClocks() {
    for (int error : List.of(0, 5, 100, 300)) {
      LeaseTerms terms = new LeaseTerms(TERM, CLOSING, error);
      double slow = 1 - error / 1000.0;
      for (double source : List.of(1.0, slow)) {
        for (double server : List.of(1.0, slow)) {
          for (long phase = 0; phase < 1_000; phase += 37) {
            assertClosedInTime(terms, new Clocks(source, 1.0, server), phase);
          }
        }
      }
    }
  }

  private record Clocks(double source, double voter, double server) {}

  private static void assertClosedInTime(LeaseTerms terms, Clocks clocks, long phaseMicros) {
    long asked = read(clocks.source, phaseMicros);
    long promises = read(clocks.voter, phaseMicros) + terms.term().toMillis() + 1;
    double promisedAt = promises * 1000.0 / clocks.voter;
    for (long told = phaseMicros; told < phaseMicros + 500_000; told += 49_999) {
      long left = Math.max(0, terms.shorten(terms.openUntil(asked) - read(clocks.source, told)));
      double closesAt = told + left * 1000.0 / clocks.server;
      assertThat(closesAt + terms.closing().toMillis() * 1000.0)
          .as("%s %s told at %s", terms, clocks, told)
          .isLessThan(promisedAt);
    }
  }

  private static long read(double rate, long trueMicros) {
    return (long) Math.floor(trueMicros * rate / 1000.0);
  }

  @Test
  void termsInWhichNothingCouldBeOpenAreRejected() {
    assertThatThrownBy(() -> new LeaseTerms(TERM, TERM, 0)).hasMessageContaining("cannot close");
    assertThatThrownBy(() -> new LeaseTerms(TERM, CLOSING, 900)).hasMessageContaining("0..500");
  }
}

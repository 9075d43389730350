package io.understudy.risk.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ExpositionTest {
  @Test
  void readsSeriesWithAndWithoutLabels() {
    Exposition read =
        Exposition.parse(
            """
            # HELP x a counter
            # TYPE x counter
            x 3
            y{a="1",b="two \\"quoted\\" \\\\ \\n",} 4.5e-3 1700000000000
            z:sum{} -1
            """);
    assertThat(read.rejectedLines()).isZero();
    assertThat(read.series())
        .containsExactly(
            new Exposition.Series("x", Map.of(), 3),
            new Exposition.Series("y", Map.of("a", "1", "b", "two \"quoted\" \\ \n"), 0.0045),
            new Exposition.Series("z:sum", Map.of(), -1));
  }

  @Test
  void notANumberAndInfinityAreValues() {
    Exposition read = Exposition.parse("a NaN\nb +Inf\nc -Inf\n");
    assertThat(read.series().get(0).value()).isNaN();
    assertThat(read.series().get(1).value()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(read.series().get(2).value()).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void garbageIsRejectedLineByLineAndHidesNothing() {
    Exposition read =
        Exposition.parse(
            """
            good 1
            <html>
            9x 1
            x{ 1
            x{a=1} 1
            x{a="b 1
            x{a="\\q"} 1
            x
            x 0x10
            x 1d
            x Infinity
            x 1 2 3
            x{a="1",a="2"} 1
            alsogood 2
            """);
    assertThat(read.series())
        .extracting(Exposition.Series::name)
        .containsExactly("good", "alsogood");
    assertThat(read.rejectedLines()).isEqualTo(12);
  }

  @Test
  void lineOfTenMegabytesIsRejected() {
    String text = "good 1\n" + "x".repeat(10 << 20) + "\nalsogood 2\n";
    Exposition read = Exposition.parse(text);
    assertThat(read.series()).hasSize(2);
    assertThat(read.rejectedLines()).isEqualTo(1);
  }

  @Test
  void numberOfSeriesIsBounded() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Exposition.SERIES_MAX + 10; i++) {
      text.append("x{i=\"").append(i).append("\"} 1\n");
    }
    assertThat(Exposition.parse(text.toString()).series()).hasSize(Exposition.SERIES_MAX);
  }

  @Test
  void noTextEverThrows() {
    SplittableRandom random = new SplittableRandom(3);
    String alphabet = "ab{}=\",\\ \n\t#019.eE+-NaInf\u00e9\ud83d";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(Exposition.parse(text.toString())).as("%s", text).isNotNull();
    }
  }
}

package io.understudy.daemon.apply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.Row;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ArrayLiteralsTest {
  private final ArrayLiterals literals = new ArrayLiterals(2);

  private void add(@Nullable String... values) {
    literals.add(new Row(List.of("a", "b"), Arrays.asList(values)));
  }

  private List<String> texts() {
    return List.of(new String(literals.literal(0), UTF_8), new String(literals.literal(1), UTF_8));
  }

  @Test
  void nothingInAValueIsTakenForSyntax() {
    add("1", null);
    add("NULL", "");
    add("{a,b}", "q\"uote \\ back");
    assertThat(literals.rows()).isEqualTo(3);
    assertThat(literals.bytes()).isEqualTo(45);
    assertThat(texts())
        .containsExactly("{\"1\",\"NULL\",\"{a,b}\"}", "{NULL,\"\",\"q\\\"uote \\\\ back\"}");
  }

  @Test
  void valuesOfAnySizeFitEvenIfAllOfThemMustBeEscaped() {
    for (int size : List.of(1, 1_000, 70_000, 3_000_000)) {
      add("\\".repeat(size), "\u00df\"".repeat(size));
      assertThat(texts())
          .containsExactly(
              "{\"" + "\\\\".repeat(size) + "\"}", "{\"" + "\u00df\\\"".repeat(size) + "\"}");
      literals.clear();
      assertThat(literals.rows()).isZero();
      assertThat(literals.bytes()).isZero();
    }
  }
}

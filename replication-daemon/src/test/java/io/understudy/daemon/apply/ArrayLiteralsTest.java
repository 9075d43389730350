package io.understudy.daemon.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrayLiteralsTest {
  @Test
  void nothingInAValueIsTakenForSyntax() {
    ArrayLiterals literals = new ArrayLiterals(2);
    literals.add(Arrays.asList("1", null));
    literals.add(List.of("NULL", ""));
    literals.add(List.of("{a,b}", "q\"uote \\ back"));
    assertThat(literals.rows()).isEqualTo(3);
    assertThat(literals.characters()).isEqualTo(43);
    assertThat(literals.finish())
        .containsExactly("{\"1\",\"NULL\",\"{a,b}\"}", "{NULL,\"\",\"q\\\"uote \\\\ back\"}");
  }
}

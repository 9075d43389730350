package io.understudy.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileControlStoreTest {
  private static final ControlRecord FIRST =
      new ControlRecord("orders", 1, "eu-a", Position.NONE, List.of("eu-b", "us-a"), 2);
  private static final ControlRecord SECOND =
      FIRST.promoting("eu-b", Position.parse("1:0/16B3748"), 2);

  @TempDir Path folder;

  @Test
  void decisionIsThereAfterARestart() throws IOException {
    try (FileControlStore store = FileControlStore.open(folder)) {
      assertThat(store.read("orders")).isEmpty();
      assertThat(store.compareAndSet(Optional.empty(), FIRST)).isTrue();
      assertThat(store.compareAndSet(Optional.of(FIRST), SECOND)).isTrue();
    }
    try (FileControlStore store = FileControlStore.open(folder)) {
      assertThat(store.read("orders")).contains(SECOND);
    }
  }

  @Test
  void onlyTheFirstOfTwoDecisionsCounts() throws IOException {
    try (FileControlStore store = FileControlStore.open(folder)) {
      store.compareAndSet(Optional.empty(), FIRST);
      ControlRecord other = FIRST.promoting("us-a", Position.parse("1:0/16B3748"), 2);
      assertThat(store.compareAndSet(Optional.of(FIRST), SECOND)).isTrue();
      assertThat(store.compareAndSet(Optional.of(FIRST), other)).isFalse();
      assertThat(store.compareAndSet(Optional.empty(), FIRST)).isFalse();
      assertThat(store.read("orders")).contains(SECOND);
    }
  }

  @Test
  void promotionTurnsTheOtherVotersIntoTheQuorum() {
    assertThat(SECOND.voters()).containsExactly("us-a");
    assertThat(SECOND.k()).isEqualTo(1);
    assertThat(SECOND.degraded(2)).isTrue();
    assertThatThrownBy(() -> FIRST.promoting("eu-a", Position.NONE, 2))
        .hasMessage("eu-a is not a voter of orders");
  }

  @Test
  void damagedRecordIsNeverTakenForNone() throws IOException {
    try (FileControlStore store = FileControlStore.open(folder)) {
      for (String damage : List.of("", "{", "[]", "{\"service\":\"orders\"}")) {
        Files.writeString(folder.resolve("orders.json"), damage);
        assertThatThrownBy(() -> store.read("orders"))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("is not a control record")
            .hasMessageContaining("never delete it");
      }
    }
  }

  @Test
  void twoDaemonsNeverDecideFromTheSameFolder() throws IOException {
    try (FileControlStore store = FileControlStore.open(folder)) {
      assertThat(store.read("orders")).isEmpty();
      assertThatThrownBy(() -> FileControlStore.open(folder))
          .hasMessage("folder " + folder + " is in use by another daemon");
    }
  }
}

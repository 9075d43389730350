package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.understudy.model.Lsn;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFileTest {
  @TempDir private Path folder;

  private static OpenFile.Mark mark(long replicated) {
    return new OpenFile.Mark(new Lsn(replicated), new Lsn(replicated + 5));
  }

  private static byte[] part(String text) {
    return text.getBytes(UTF_8);
  }

  private static List<String> parts(OpenFile file) {
    List<String> parts = new ArrayList<>();
    file.forEachPart(part -> parts.add(new String(part, UTF_8)));
    return parts;
  }

  private void write() {
    try (OpenFile file = OpenFile.open(folder, "f")) {
      file.save(mark(1), true, List.of(part("old")));
      file.save(mark(10), true, List.of(part("a"), part("b")));
      file.save(mark(10), false, List.of(part("c")));
    }
  }

  @Test
  void whatWasSavedIsThereAgain() {
    write();
    try (OpenFile file = OpenFile.open(folder, "f")) {
      assertThat(file.mark()).contains(mark(10));
      assertThat(parts(file)).containsExactly("a", "b", "c");
      file.save(mark(20), true, List.of());
      assertThat(file.openBytes()).isZero();
    }
    try (OpenFile file = OpenFile.open(folder, "f")) {
      assertThat(file.mark()).contains(mark(20));
      assertThat(parts(file)).isEmpty();
    }
  }

  @Test
  void aFileThatHasGrownIsWrittenAnew() throws Exception {
    try (OpenFile file = OpenFile.open(folder, "f")) {
      file.save(mark(1), true, List.of(new byte[2 << 20]));
      file.save(mark(2), true, List.of(part("a")));
      assertThat(parts(file)).containsExactly("a");
    }
    assertThat(Files.size(folder.resolve("f"))).isLessThan(200);
    try (OpenFile file = OpenFile.open(folder, "f")) {
      assertThat(file.mark()).contains(mark(2));
      assertThat(parts(file)).containsExactly("a");
    }
  }

  @Test
  void aTornEndIsCut() throws Exception {
    write();
    byte[] whole = Files.readAllBytes(folder.resolve("f"));
    for (int length = 0; length < whole.length; length++) {
      Files.write(folder.resolve("f"), Arrays.copyOf(whole, length));
      try (OpenFile file = OpenFile.open(folder, "f")) {
        List<String> parts = parts(file);
        assertThat(List.of("a", "b", "c").subList(0, Math.min(parts.size(), 3)))
            .as("cut at %d", length)
            .satisfiesAnyOf(
                prefix -> assertThat(parts).isEqualTo(prefix),
                _ -> assertThat(parts).containsExactly("old"));
      }
    }
  }

  @Test
  void noFlippedBitIsTakenForContent() throws Exception {
    write();
    byte[] whole = Files.readAllBytes(folder.resolve("f"));
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 4;
      Files.write(folder.resolve("f"), flipped);
      Throwable refused = catchThrowable(() -> OpenFile.open(folder, "f").close());
      if (refused != null) {
        assertThat(refused)
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("delete it and restart");
        continue;
      }
      try (OpenFile file = OpenFile.open(folder, "f")) {
        assertThat(parts(file)).as("byte %d", at).isSubsetOf("old", "a", "b", "c");
      }
    }
  }
}

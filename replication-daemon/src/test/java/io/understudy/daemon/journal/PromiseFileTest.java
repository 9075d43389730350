package io.understudy.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.journal.FaultyDisk.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromiseFileTest {
  private static final Promise FIRST = new Promise(7, "eu-b");

  @TempDir Path folder;

  @Test
  void onePromiseForEachEpochAlsoAfterARestart() throws IOException {
    PromiseFile.create(folder);
    try (PromiseFile file = PromiseFile.open(folder)) {
      assertThat(file.last()).isEmpty();
      assertThat(file.promise(FIRST)).isTrue();
    }
    try (PromiseFile file = PromiseFile.open(folder)) {
      assertThat(file.last()).contains(FIRST);
      assertThat(file.promise(FIRST)).as("asked again").isTrue();
      assertThat(file.promise(new Promise(7, "us-a"))).as("second candidate").isFalse();
      assertThat(file.promise(new Promise(6, "eu-b"))).as("older epoch").isFalse();
      assertThat(file.last()).contains(FIRST);
      assertThat(file.promise(new Promise(9, "us-a"))).isTrue();
      assertThat(file.promise(FIRST)).as("older by now").isFalse();
    }
    assertThat(Files.readString(folder.resolve(PromiseFile.NAME)))
        .startsWith("understudy-promise 1 epoch=9 candidate=us-a crc32c=");
  }

  @Test
  void promiseThatWasGivenSurvivesACrashAtEveryStep() throws IOException {
    for (int seed = 1; seed <= 50; seed++) {
      for (int n = 1; ; n++) {
        FaultyDisk disk = new FaultyDisk(new Random(seed));
        PromiseFile.create(disk);
        PromiseFile before = PromiseFile.open(disk);
        assertThat(before.promise(FIRST)).isTrue();
        disk.failAt(Fault.CRASH, n);
        Promise next = new Promise(8, "us-a");
        boolean given = given(before, next);
        disk.restart();
        Optional<Promise> after = PromiseFile.open(disk).last();
        assertThat(after)
            .as("seed %d change %d", seed, n)
            .isIn(Optional.of(FIRST), Optional.of(next));
        if (given) {
          assertThat(after).as("seed %d", seed).contains(next);
          break;
        }
      }
    }
  }

  private static boolean given(PromiseFile file, Promise promise) {
    try {
      return file.promise(promise);
    } catch (IOException e) {
      assertThatThrownBy(() -> file.promise(promise))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("is not durable");
      return false;
    }
  }

  @Test
  void damageIsNeverTakenForNoPromise() throws IOException {
    FaultyDisk intact = new FaultyDisk(new Random(1));
    PromiseFile.create(intact);
    try (PromiseFile file = PromiseFile.open(intact)) {
      file.promise(FIRST);
    }
    byte[] bytes = intact.bytes(PromiseFile.NAME);
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertDamaged(intact, flipped);
    }
    for (int length = 0; length < bytes.length; length++) {
      assertDamaged(intact, Arrays.copyOf(bytes, length));
    }
    assertDamaged(intact, Arrays.copyOf(bytes, bytes.length + 1));
    intact.remove(PromiseFile.NAME);
    assertThatThrownBy(() -> PromiseFile.open(intact))
        .hasMessageContaining("never delete the file");
  }

  private static void assertDamaged(FaultyDisk intact, byte[] content) {
    FaultyDisk disk = intact.copy();
    disk.replace(PromiseFile.NAME, content);
    assertThatThrownBy(() -> PromiseFile.open(disk))
        .as(new String(content, StandardCharsets.ISO_8859_1))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining("restore it");
  }

  @Test
  void onlyOneProcessPromises() throws IOException {
    PromiseFile.create(folder);
    assertThatThrownBy(() -> PromiseFile.create(folder)).hasMessageContaining("promises already");
    try (PromiseFile file = PromiseFile.open(folder)) {
      assertThat(file.last()).isEmpty();
      assertThatThrownBy(() -> PromiseFile.open(folder))
          .hasMessage("folder " + folder + " is in use by another process");
    }
  }
}

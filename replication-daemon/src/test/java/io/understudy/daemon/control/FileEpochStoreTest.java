package io.understudy.daemon.control;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileEpochStoreTest extends EpochStoreContract {
  @TempDir Path folder;

  @Override
  EpochStore client() throws IOException {
    return FileEpochStore.open(folder);
  }

  @Test
  void aDamagedRecordIsAnErrorThatNamesTheFile() throws IOException {
    Files.writeString(folder.resolve("orders.epoch.json"), "{\"format\":1,\"service\":\"orders\"}");
    assertThatThrownBy(() -> client().read("orders"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("orders.epoch.json")
        .hasMessageContaining("never delete it");
  }

  @Test
  void aRecordOfALaterFormatIsRefused() throws IOException {
    Files.writeString(folder.resolve("orders.epoch.json"), "{\"format\":2}");
    assertThatThrownBy(() -> client().read("orders"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("format 2 is not 1");
  }
}

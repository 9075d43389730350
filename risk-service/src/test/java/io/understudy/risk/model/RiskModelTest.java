package io.understudy.risk.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.understudy.model.RiskScore.Contribution;
import io.understudy.risk.feature.FeatureSchema;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model that ships, loaded and damaged. */
final class RiskModelTest {
  private static final int WIDTH = FeatureSchema.CURRENT.width();

  @TempDir Path folder;

  @BeforeEach
  void copyTheModelThatShips() throws IOException {
    ModelCard card = ModelCard.parse(ModelStore.coldStart().read(ModelCard.FILE));
    copy(ModelCard.FILE);
    for (ModelCard.Entry entry : card.heads()) {
      copy(entry.file());
    }
  }

  @Test
  void modelThatShipsFitsThisProgram() {
    long bytes = ModelStore.coldStart().read(ModelCard.FILE).length;
    try (RiskModel model = RiskModel.load(ModelStore.coldStart())) {
      assertThat(model.heads()).extracting(Head::name).first().isEqualTo("nowcast");
      assertThat(model.version()).startsWith("simulated-");
    }
    for (ModelCard.Entry entry :
        ModelCard.parse(ModelStore.coldStart().read(ModelCard.FILE)).heads()) {
      bytes += ModelStore.coldStart().read(entry.file()).length;
    }
    assertThat(bytes).isLessThan(1 << 20);
  }

  @Test
  void changedTreesAreRefused() throws IOException {
    Path trees = folder.resolve("nowcast.ubj");
    byte[] content = Files.readAllBytes(trees);
    content[content.length / 2] ^= 1;
    Files.write(trees, content);
    assertThatThrownBy(() -> RiskModel.load(ModelStore.folder(folder)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("nowcast.ubj")
        .hasMessageContaining("has sha256")
        .hasMessageContaining("copy it again, or train it again");
  }

  @Test
  void truncatedTreesAreRefused() throws IOException {
    Path trees = folder.resolve("forecast-30.ubj");
    Files.write(trees, Arrays.copyOf(Files.readAllBytes(trees), 1000));
    assertThatThrownBy(() -> RiskModel.load(ModelStore.folder(folder)))
        .hasMessageContaining("forecast-30.ubj (1000 bytes)")
        .hasMessageContaining("truncated");
  }

  @Test
  void modelOfAnotherSchemaIsRefused() throws IOException {
    JsonObject card = card();
    card.getJsonObject("schema").put("sha256", "0".repeat(64));
    Files.writeString(folder.resolve(ModelCard.FILE), card.encode());
    assertThatThrownBy(() -> RiskModel.load(ModelStore.folder(folder)))
        .hasMessageContaining("trained on feature schema 000")
        .hasMessageContaining(FeatureSchema.CURRENT.sha256())
        .hasMessageContaining("train it again with this version");
  }

  @Test
  void missingFileSaysHowToGetOne() throws IOException {
    Files.delete(folder.resolve("nowcast.ubj"));
    assertThatThrownBy(() -> RiskModel.load(ModelStore.folder(folder)))
        .hasMessageContaining("cannot read model file")
        .hasMessageContaining("risk train --out DIR");
  }

  @Test
  void damagedCardIsRefused() throws IOException {
    for (String text : new String[] {"", "[]", "{\"format\":1}", "{\"format\":2}"}) {
      Files.writeString(folder.resolve(ModelCard.FILE), text);
      assertThatThrownBy(() -> RiskModel.load(ModelStore.folder(folder)))
          .as("card %s", text)
          .isInstanceOf(ModelException.class)
          .hasMessageContaining(ModelCard.FILE);
    }
  }

  @Test
  void fileOutsideTheModelIsRefused() throws IOException {
    JsonObject card = card();
    card.getJsonArray("heads").getJsonObject(0).put("file", "../secret.ubj");
    Files.writeString(folder.resolve(ModelCard.FILE), card.encode());
    assertThatThrownBy(() -> RiskModel.load(ModelStore.folder(folder)))
        .hasMessageContaining("'../secret.ubj'");
  }

  @Test
  void oversizedFileIsRefusedBeforeItIsRead() {
    ModelStore endless = name -> InputStream.nullInputStream();
    assertThatThrownBy(() -> RiskModel.load(endless)).isInstanceOf(ModelException.class);
    ModelStore huge =
        name ->
            new InputStream() {
              @Override
              public int read() {
                return 'x';
              }
            };
    assertThatThrownBy(() -> huge.read(ModelCard.FILE)).hasMessageContaining("larger than");
  }

  @Test
  void contributionsAddUpToTheMargin() {
    SplittableRandom random = new SplittableRandom(5);
    try (RiskModel model = RiskModel.load(ModelStore.folder(folder))) {
      for (int round = 0; round < 20; round++) {
        float[] row = row(random);
        float[][] margins = model.margins(row, 1);
        for (int head = 0; head < margins.length; head++) {
          double sum = model.explain(head, row).stream().mapToDouble(Contribution::logOdds).sum();
          assertThat(sum).isCloseTo(margins[head][0], within(1e-2));
        }
      }
    }
  }

  @Test
  void batchEqualsRowByRow() {
    SplittableRandom random = new SplittableRandom(6);
    float[] matrix = new float[7 * WIDTH];
    try (RiskModel model = RiskModel.load(ModelStore.folder(folder))) {
      for (int row = 0; row < 7; row++) {
        System.arraycopy(row(random), 0, matrix, row * WIDTH, WIDTH);
      }
      float[][] together = model.margins(matrix, 7);
      for (int row = 0; row < 7; row++) {
        float[] alone = Arrays.copyOfRange(matrix, row * WIDTH, (row + 1) * WIDTH);
        assertThat(model.margins(alone, 1)[0][0]).isEqualTo(together[0][row]);
      }
    }
  }

  @Test
  void moreErrorsNeverLowerTheScore() {
    SplittableRandom random = new SplittableRandom(8);
    int errors = FeatureSchema.CURRENT.column("error_ratio.mean5");
    try (RiskModel model = RiskModel.load(ModelStore.folder(folder))) {
      for (int round = 0; round < 50; round++) {
        float[] row = row(random);
        float[] worse = row.clone();
        worse[errors] = row[errors] + 3;
        for (int head = 0; head < model.heads().size(); head++) {
          assertThat(model.margins(worse, 1)[head][0])
              .isGreaterThanOrEqualTo(model.margins(row, 1)[head][0]);
        }
      }
    }
  }

  private static float[] row(SplittableRandom random) {
    float[] row = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      row[i] = random.nextInt(10) == 0 ? Float.NaN : random.nextFloat() * 3;
    }
    row[FeatureSchema.CURRENT.column("error_ratio.mean5")] = random.nextFloat();
    return row;
  }

  private JsonObject card() throws IOException {
    return new JsonObject(Files.readString(folder.resolve(ModelCard.FILE)));
  }

  private void copy(String name) throws IOException {
    Files.write(folder.resolve(name), ModelStore.coldStart().read(name));
  }
}

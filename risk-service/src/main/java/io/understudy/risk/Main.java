package io.understudy.risk;

import io.understudy.model.config.InvalidConfigException;
import io.understudy.risk.config.RiskConfig;
import io.understudy.risk.config.YamlFile;
import io.understudy.risk.model.ModelException;
import io.understudy.risk.model.ModelStore;
import io.understudy.risk.model.RiskModel;
import io.understudy.risk.train.Evaluation;
import io.understudy.risk.train.Trainer;
import io.understudy.risk.train.TrainingPlan;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Starts the service, or trains a model. */
public final class Main {
  private static final int MISUSED = 2;
  private static final int BROKEN = 1;
  private static final String USAGE =
      """
      usage: risk CONFIG.yaml                    run the service
             risk train --out DIR [--seed N]     train a model and say how good it is\
      """;

  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final PrintStream ERR = new PrintStream(System.err, true, StandardCharsets.UTF_8);

  private Main() {}

  /** What the command line asks for. */
  private sealed interface Command {
    record Run(Path config) implements Command {}

    record Train(Path out, long seed) implements Command {}
  }

  public static void main(String[] arguments) {
    try {
      switch (command(List.of(arguments))) {
        case Command.Run(Path config) -> run(config);
        case Command.Train(Path out, long seed) -> train(out, seed);
      }
    } catch (InvalidConfigException | ModelException e) {
      ERR.println(e.getMessage());
      System.exit(MISUSED);
    }
  }

  private static Command command(List<String> arguments) {
    if (arguments.size() == 1 && !arguments.getFirst().startsWith("-")) {
      return new Command.Run(Path.of(arguments.getFirst()));
    }
    boolean train = arguments.size() >= 3 && arguments.getFirst().equals("train");
    if (train && arguments.get(1).equals("--out")) {
      Path out = Path.of(arguments.get(2));
      if (arguments.size() == 3) {
        return new Command.Train(out, TrainingPlan.DEFAULT_SEED);
      }
      if (arguments.size() == 5 && arguments.get(3).equals("--seed")) {
        return new Command.Train(out, seed(arguments.get(4)));
      }
    }
    throw new InvalidConfigException(USAGE);
  }

  private static long seed(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidConfigException("--seed '" + text + "' is not a whole number\n" + USAGE);
    }
  }

  private static void run(Path file) {
    RiskConfig config = RiskConfig.read(file.toString(), YamlFile.read(file));
    RiskModel model =
        RiskModel.load(
            config
                .model()
                .map(folder -> ModelStore.folder(Path.of(folder)))
                .orElseGet(ModelStore::coldStart));
    RiskService service =
        new RiskService(
            config, model, new RiskService.Clocks(InstantSource.system(), System::nanoTime));
    service
        .broken()
        .onFailure(cause -> {
          ERR.println("scoring broke, no score can be trusted any more: " + cause);
          System.exit(BROKEN);
        });
    try {
      HttpServer server = service.start().toCompletionStage().toCompletableFuture().join();
      Runtime.getRuntime().addShutdownHook(new Thread(service::close, "shutdown"));
      OUT.println(
          "ready http://"
              + config.listen().host()
              + ":"
              + server.actualPort()
              + " model="
              + model.version());
    } catch (CompletionException e) {
      ERR.println(
          "risk.listen: cannot listen on "
              + config.listen().host()
              + ":"
              + config.listen().port()
              + " ("
              + e.getCause()
              + "): stop the other process, or choose another port in "
              + file);
      System.exit(MISUSED);
    }
  }

  private static void train(Path out, long seed) {
    TrainingPlan plan = TrainingPlan.standard(seed);
    long begin = System.nanoTime();
    try {
      Files.createDirectories(out);
      for (Map.Entry<String, byte[]> file : new Trainer(plan).train().entrySet()) {
        Files.write(out.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the model to " + out, e);
    }
    try (RiskModel model = RiskModel.load(ModelStore.folder(out))) {
      OUT.println(
          "trained "
              + model.version()
              + " in "
              + (System.nanoTime() - begin) / 1_000_000_000
              + " s");
      OUT.print(new Evaluation(plan, model).report());
    }
  }
}

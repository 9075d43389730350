package io.understudy.testbed.conf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's own files, wherever the tests run. */
final class Project {
  private static final long PROGRAM_SECONDS = 60;
  private static final Path ROOT = root();

  private Project() {}

  /** What a program printed and how it ended. */
  record Ended(int status, String output) {}

  static Path file(String path) {
    return ROOT.resolve(path);
  }

  static String text(String path) {
    try {
      return Files.readString(file(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first group of every match. */
  static List<String> matches(String text, String pattern) {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map(result -> result.group(1))
        .toList();
  }

  /** The cells of every row of a page's tables whose first cell is code. */
  static List<List<String>> rows(String page) {
    return Pattern.compile("^\\| (`.*) \\|$", Pattern.MULTILINE)
        .matcher(page)
        .results()
        .map((MatchResult row) -> List.of(row.group(1).split(" \\| ", -1)))
        .toList();
  }

  /** Runs a program to its end, with both of its streams in one. */
  static Ended run(ProcessBuilder program) throws IOException, InterruptedException {
    Path output = Files.createTempFile("understudy", ".out");
    try {
      Process process = program.redirectErrorStream(true).redirectOutput(output.toFile()).start();
      if (!process.waitFor(PROGRAM_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(program.command() + " did not end: " + Files.readString(output));
      }
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }

  /** Secrets as the documented command writes them. */
  static Path makeSecrets(Path folder) throws IOException, InterruptedException {
    Path secrets = folder.resolve("secrets");
    Ended ended =
        run(new ProcessBuilder("sh", file("docker/make-secrets").toString(), secrets.toString()));
    if (ended.status() != 0) {
      throw new IOException(ended.output());
    }
    return secrets;
  }

  /** {@code docker/understudy.yaml} with its paths moved into a folder of this machine. */
  static Path understudyYaml(Path folder) throws IOException, InterruptedException {
    String text =
        text("docker/understudy.yaml")
            .replace("/run/secrets", makeSecrets(folder).toString())
            .replace("/var/lib/understudy", folder.toString());
    return Files.writeString(folder.resolve("understudy.yaml"), text);
  }

  private static Path root() {
    return Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
        .filter(folder -> Files.exists(folder.resolve("mvnw")))
        .findFirst()
        .orElseThrow();
  }
}

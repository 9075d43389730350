package io.understudy.daemon.wire;

import io.understudy.model.Names;
import io.understudy.model.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code understudy ca --out DIR NAME...}: makes a development authority, and a certificate with
 * its key for each endpoint. What is there is never overwritten; what is missing is added.
 *
 * @param folder where the files are or will be
 * @param endpoints registered names, at least one
 */
public record CaCommand(Path folder, List<String> endpoints) {
  private static final String USAGE = "usage: understudy ca --out DIR NAME...";

  public CaCommand {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * Reads the command line behind {@code ca}.
   *
   * @throws InvalidConfigException saying everything that is wrong with it
   */
  public static CaCommand parse(List<String> arguments) {
    if (arguments.size() < 3 || !arguments.getFirst().equals("--out")) {
      throw new InvalidConfigException(USAGE);
    }
    Set<String> names = new LinkedHashSet<>(arguments.subList(2, arguments.size()));
    List<String> problems = new ArrayList<>();
    for (String name : names) {
      try {
        Names.require("endpoint", name);
      } catch (IllegalArgumentException e) {
        problems.add(e.getMessage());
      }
      if (name.equals(CertificateAuthority.AUTHORITY)) {
        problems.add("'" + name + "' is the authority's own name");
      }
    }
    if (!problems.isEmpty()) {
      problems.add(USAGE);
      throw new InvalidConfigException(String.join("\n", problems));
    }
    return new CaCommand(Path.of(arguments.get(1)), List.copyOf(names));
  }

  /**
   * Makes what is missing.
   *
   * @param say takes one line for each pair of files
   * @throws IOException naming the file and the remedy, if something cannot be made; what was made
   *     before it stays
   */
  public void run(InstantSource clock, Consumer<String> say)
      throws IOException, InterruptedException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    CertificateAuthority authority = new CertificateAuthority(folder);
    if (authority.exists(CertificateAuthority.AUTHORITY)) {
      say.accept("kept    " + folder.resolve("ca.crt"));
    } else {
      refuseOrphans(authority);
      say.accept(made("ca", authority.create(clock.instant())));
    }
    for (String endpoint : endpoints) {
      if (authority.exists(endpoint)) {
        say.accept("kept    " + folder.resolve(endpoint + ".crt"));
      } else {
        say.accept(
            made(
                endpoint,
                authority.issue(CertificateAuthority.Wish.endpoint(endpoint, clock.instant()))));
      }
    }
  }

  /** A new authority would not fit to them. */
  private void refuseOrphans(CertificateAuthority authority) throws IOException {
    for (String endpoint : endpoints) {
      if (authority.exists(endpoint)) {
        throw new IOException(
            folder.resolve(endpoint + ".crt")
                + " is there, but not the authority that issued it: restore "
                + folder.resolve("ca.crt")
                + " and ca.key, or choose an empty folder");
      }
    }
  }

  private String made(String name, X509Certificate certificate) {
    return "created "
        + folder.resolve(name + ".crt")
        + ", valid until "
        + certificate.getNotAfter().toInstant();
  }
}

package io.understudy.daemon.api;

import io.understudy.model.config.InvalidConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who may do what: bearer tokens with roles. Tokens never reach a log or a message. */
public final class Tokens {
  private static final int LENGTH_MIN = 16;
  private static final String EXPECTED =
      "expected a role (read, shift or promote), a space and a token of at least "
          + LENGTH_MIN
          + " characters";

  private final List<Entry> entries;

  /** What a token allows; each role includes those before it. */
  public enum Role {
    /** Look. */
    READ,
    /** Move users. */
    SHIFT,
    /** Change the primary. */
    PROMOTE
  }

  private record Entry(Role role, String token) {
    boolean is(byte[] given) {
      return MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), given);
    }

    @Override
    public String toString() {
      return role + " token";
    }
  }

  private Tokens(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * Reads a file with one {@code role token} a line; empty lines and lines with # are skipped.
   *
   * @throws InvalidConfigException naming every line that is not of that form
   */
  public static Tokens read(Path file) {
    List<Entry> entries = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      String place = file + ":" + number + ": ";
      parse(text).ifPresentOrElse(entries::add, () -> problems.add(place + EXPECTED));
    }
    if (problems.isEmpty() && entries.isEmpty()) {
      problems.add(file + ": holds no token; " + EXPECTED);
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigException(String.join("\n", problems));
    }
    return new Tokens(entries);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new InvalidConfigException(file + ": cannot be read: " + e);
    }
  }

  private static Optional<Entry> parse(String line) {
    String[] parts = line.split("\\s+", -1);
    if (parts.length != 2 || parts[1].length() < LENGTH_MIN) {
      return Optional.empty();
    }
    for (Role role : Role.values()) {
      if (role.name().equalsIgnoreCase(parts[0])) {
        return Optional.of(new Entry(role, parts[1]));
      }
    }
    return Optional.empty();
  }

  /** The role of a token; compared in constant time. */
  Optional<Role> roleOf(String token) {
    byte[] given = token.getBytes(StandardCharsets.UTF_8);
    Optional<Role> role = Optional.empty();
    for (Entry entry : entries) {
      if (entry.is(given)) {
        role = Optional.of(entry.role());
      }
    }
    return role;
  }
}

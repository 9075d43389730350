package io.understudy.daemon.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts SQL text into its statements, as PostgreSQL reads it with standard_conforming_strings on
 * (manual, "Lexical Structure"). Pure.
 */
public final class SqlStatements {
  private static final Pattern DOLLAR = Pattern.compile("\\$(?:[\\p{L}_][\\p{L}\\p{N}_]*)?\\$");
  private static final Pattern WORD = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_$]*");
  private static final Pattern ROUTINE =
      Pattern.compile("CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) .*");

  private final String text;
  private final List<String> statements = new ArrayList<>();
  private final StringBuilder words = new StringBuilder();
  private int begin;
  private int at;
  private int parentheses;
  // BEGIN ATOMIC ... END holds semicolons of its own, but only inside of a routine.
  private int bodies;

  private SqlStatements(String text) {
    this.text = text;
  }

  /**
   * Cuts.
   *
   * @return the statements in order, without semicolons; none is empty
   * @throws IllegalArgumentException if a quote or a comment does not end
   */
  public static List<String> of(String text) {
    SqlStatements scan = new SqlStatements(text);
    while (scan.at < text.length()) {
      scan.step();
    }
    scan.end();
    return List.copyOf(scan.statements);
  }

  private void step() {
    char c = text.charAt(at);
    if (text.startsWith("--", at)) {
      int line = text.indexOf('\n', at);
      at = line < 0 ? text.length() : line;
    } else if (text.startsWith("/*", at)) {
      comment();
    } else if (c == '\'') {
      boolean escapes = at > 0 && Character.toUpperCase(text.charAt(at - 1)) == 'E';
      quoted(c, escapes && (at < 2 || !Character.isLetterOrDigit(text.charAt(at - 2))));
    } else if (c == '"') {
      quoted(c, false);
    } else if (c == '$') {
      dollar();
    } else if (c == ';' && parentheses == 0 && bodies == 0) {
      end();
      at++;
      begin = at;
    } else if (Character.isLetter(c) || c == '_') {
      word();
    } else {
      parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
      at++;
    }
  }

  /** Comments nest. */
  private void comment() {
    int depth = 0;
    do {
      if (text.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (text.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else if (++at >= text.length()) {
        throw new IllegalArgumentException("a comment does not end");
      }
    } while (depth > 0);
  }

  private void quoted(char quote, boolean escapes) {
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (escapes && c == '\\') {
        at++;
      } else if (c == quote) {
        // A doubled quote reads as the end of one text and the begin of another, which is as good.
        at++;
        return;
      }
    }
    throw new IllegalArgumentException("a quote " + quote + " does not end");
  }

  private void dollar() {
    Matcher tag = DOLLAR.matcher(text).region(at, text.length());
    if (!tag.lookingAt()) {
      at++;
      return;
    }
    int end = text.indexOf(tag.group(), tag.end());
    if (end < 0) {
      throw new IllegalArgumentException("a quote " + tag.group() + " does not end");
    }
    at = end + tag.group().length();
  }

  private void word() {
    Matcher found = WORD.matcher(text).region(at, text.length());
    found.lookingAt();
    String word = found.group().toUpperCase(Locale.ROOT);
    words.append(word).append(' ');
    if (ROUTINE.matcher(words).matches()) {
      boolean inside = bodies > 0;
      if (word.equals("ATOMIC") || (inside && word.equals("CASE"))) {
        bodies++;
      } else if (inside && word.equals("END")) {
        bodies--;
      }
    }
    at = found.end();
  }

  private void end() {
    if (words.length() > 0) {
      statements.add(text.substring(begin, at).strip());
    }
    words.setLength(0);
  }
}

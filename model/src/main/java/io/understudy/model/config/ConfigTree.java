package io.understudy.model.config;

import java.util.List;
import java.util.Map;

/**
 * A parsed configuration file whose every value remembers its line; the format is the adapter's.
 */
public sealed interface ConfigTree {
  /** Line in the file, from 1. */
  int line();

  /**
   * A single value.
   *
   * @param line line in the file, from 1
   * @param text as written, without quotes
   */
  record Scalar(int line, String text) implements ConfigTree {}

  /**
   * Values by key, in the file's order.
   *
   * @param line line in the file, from 1
   * @param entries the values
   */
  record Mapping(int line, Map<String, ConfigTree> entries) implements ConfigTree {}

  /**
   * Values in a row.
   *
   * @param line line in the file, from 1
   * @param items the values
   */
  record Sequence(int line, List<ConfigTree> items) implements ConfigTree {}
}

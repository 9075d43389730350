package io.understudy.testbed.demo;

import java.util.Locale;

/** How the primary is lost. */
enum Scenario {
  /** A fault grows first; users are moved before it is felt, then everything is killed. */
  DEGRADE,
  /** Everything is killed without a warning. */
  CRASH;

  static Scenario parse(String text) {
    for (Scenario scenario : values()) {
      if (scenario.word().equals(text)) {
        return scenario;
      }
    }
    throw new IllegalArgumentException("--scenario is degrade or crash, not '" + text + "'");
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}

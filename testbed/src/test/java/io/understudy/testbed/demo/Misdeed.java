package io.understudy.testbed.demo;

/** What the in-memory service does wrong. */
enum Misdeed {
  NONE,
  LOSES_AN_ORDER,
  SHIFTS_WITHOUT_A_PLAN
}

package io.understudy.testbed.check;

/** What a person asked of the service. */
public sealed interface Operation {
  /** Id of the order it is about. */
  String order();

  /** Something that changes an order, and the amount it is to have afterwards. */
  sealed interface Write extends Operation {
    int amount();
  }

  /** A new order. */
  record Create(String order, int amount) implements Write {}

  /** A new amount for an order of one's own. */
  record Change(String order, int amount) implements Write {}

  /** A look at an order of one's own. */
  record Read(String order) implements Operation {}
}

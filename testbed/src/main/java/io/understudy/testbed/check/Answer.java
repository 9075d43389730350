package io.understudy.testbed.check;

/** What came back. */
public sealed interface Answer {
  /** Endpoint that says it answered; empty if nobody did. */
  String endpoint();

  /** A write was answered 2xx: the promise is that it is never lost. */
  record Acknowledged(String endpoint, int version) implements Answer {}

  /**
   * A read was answered 200.
   *
   * @param standIn whether the gateway had passed over the endpoint that the route prefers, because
   *     it did not answer or counted as down
   */
  record Shown(String endpoint, StoredOrder order, boolean standIn) implements Answer {

    /** An answer of the endpoint that the route prefers. */
    public Shown(String endpoint, StoredOrder order) {
      this(endpoint, order, false);
    }
  }

  /**
   * Anything else.
   *
   * @param status HTTP status, or 0 if there was no answer
   * @param endpoint who refused, or empty
   * @param reason what the answer or the connection said
   */
  record Failed(int status, String endpoint, String reason) implements Answer {}
}

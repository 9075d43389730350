package io.understudy.gateway.decision;

/** What a decision does to the client's cookie. */
public enum Mark {
  /** Leave it alone. */
  KEEP,
  /** Write the user's bucket: from now on the gateway alone decides for this client. */
  SETTLE,
  /** Write the present time: the barrier that a shadow must have passed to serve this client. */
  PIN
}

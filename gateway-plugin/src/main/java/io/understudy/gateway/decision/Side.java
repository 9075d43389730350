package io.understudy.gateway.decision;

/** Who serves a request. */
public enum Side {
  PRIMARY,
  SHADOW
}

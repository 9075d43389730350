package io.understudy.risk.simulate;

/** What goes wrong. */
public enum Fault {
  /** Memory that is never given back: the live set grows, then the collector, then latency. */
  LEAK,
  /** Queries that take longer and longer: latency grows and connections fill up. */
  SLOW,
  /** More load than the endpoint can serve: the knee of its latency. */
  SATURATION,
  /** A growing part of requests fails; half of the time the network loses packets too. */
  LOSS,
  /** The process is gone, and nothing said so before. */
  CRASH
}

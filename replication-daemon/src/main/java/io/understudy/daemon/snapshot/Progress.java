package io.understudy.daemon.snapshot;

/** Hears how far a copy is, now and then; on any of its threads. */
@FunctionalInterface
public interface Progress {

  /**
   * How far it is.
   *
   * @param rows rows sent
   * @param bytes bytes sent
   * @param bytesExpected estimate of all bytes that will be sent; 0 while unknown
   * @param bytesPerSecond mean rate so far; 0 in the first second
   */
  record Sent(long rows, long bytes, long bytesExpected, long bytesPerSecond) {}

  void at(Sent sent);
}

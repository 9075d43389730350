package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Event;

/** What an event says about itself, without being opened by a role. */
final class Envelope {
  private Envelope() {}

  static Class<?> kind(Event event) {
    return switch (event) {
      case Event.VoterReceived received -> received.message().getClass();
      case Event.SourceReceived received -> received.message().getClass();
      default -> event.getClass();
    };
  }
}

package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Message;

/** What a message or event says about itself, without being opened by a role. */
final class Envelope {
  private Envelope() {}

  static long epochOf(Message.ToVoter message) {
    return switch (message) {
      case Message.Join join -> join.record().epoch();
      case Message.Lead lead -> lead.record().epoch();
      case Message.AskPromise ask -> ask.ballot().epoch();
      case Message.Batch batch -> batch.epoch();
      case Message.Fetch fetch -> fetch.epoch();
      case Message.UseSnapshot use -> use.epoch();
    };
  }

  static Class<?> kind(Event event) {
    return switch (event) {
      case Event.VoterReceived received -> received.message().getClass();
      case Event.SourceReceived received -> received.message().getClass();
      default -> event.getClass();
    };
  }
}

package io.understudy.daemon.wire;

import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import java.util.List;

/**
 * A message of the protocol with what its frames stand for.
 *
 * @param contents one encoded transaction per frame of the message, in the frames' order; empty if
 *     the message carries no frames
 */
public record Parcel(Message message, List<byte[]> contents) {
  public Parcel {
    int frames = frames(message).size();
    if (contents.size() != frames) {
      throw new IllegalArgumentException(
          contents.size() + " contents for the " + frames + " frames of a message");
    }
  }

  /** A message that carries no frames. */
  public static Parcel of(Message message) {
    return new Parcel(message, List.of());
  }

  /** The frames that a message carries. */
  public static List<Frame> frames(Message message) {
    return switch (message) {
      case Message.Batch batch -> batch.frames();
      case Message.Fetched fetched -> fetched.frames();
      default -> List.of();
    };
  }
}

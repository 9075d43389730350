package io.understudy.testbed.gateway.runner;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import org.jspecify.annotations.Nullable;

/** One connection to the plugin runner, with at most one exchange under way. */
final class RunnerConnection {
  private final NetSocket socket;
  private Buffer received = Buffer.buffer();
  private boolean open = true;

  /** Null while no exchange is under way. */
  private @Nullable Exchange exchange;

  /** A frame that waits for its answer. */
  private record Exchange(RunnerQuestion question, Promise<Frame> answer) {}

  RunnerConnection(NetSocket socket) {
    this.socket = socket;
    socket.handler(this::receive);
    socket.closeHandler(ignored -> closed());
    socket.exceptionHandler(ignored -> socket.close());
  }

  boolean open() {
    return open;
  }

  void close() {
    open = false;
    socket.close();
  }

  /** Sends a frame; answers the runner's own questions until the frame's answer comes. */
  Future<Frame> exchange(Frame frame, RunnerQuestion question) {
    if (exchange != null) {
      throw new IllegalStateException("an exchange is under way on this connection");
    }
    Promise<Frame> answer = Promise.promise();
    exchange = new Exchange(question, answer);
    socket.write(frame.encoded());
    return answer.future();
  }

  private void receive(Buffer bytes) {
    received.appendBuffer(bytes);
    while (received.length() >= Frame.HEADER_BYTES) {
      int end = Frame.HEADER_BYTES + received.getUnsignedMedium(1);
      if (received.length() < end) {
        return;
      }
      Frame frame =
          new Frame(received.getUnsignedByte(0), received.getBuffer(Frame.HEADER_BYTES, end));
      received = received.getBuffer(end, received.length());
      take(frame);
    }
  }

  private void take(Frame frame) {
    Exchange current = exchange;
    if (current == null) {
      // An answer that nobody waits for would be taken for the next call's.
      close();
    } else if (frame.type() == Frame.Type.EXTRA_INFO) {
      answerExtra(frame, current);
    } else {
      exchange = null;
      current.answer.complete(frame);
    }
  }

  private void answerExtra(Frame frame, Exchange current) {
    try {
      socket.write(A6.extraAnswer(frame, current.question).encoded());
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      close();
    }
  }

  private void closed() {
    open = false;
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.answer.fail(new RunnerUnavailableException("the runner hung up"));
    }
  }
}

package io.understudy.daemon.capture;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** A posted batch and its one answer. */
final class Batch {
  private final WebhookSignature signature;
  private final byte[] body;
  private final BiConsumer<Integer, String> answer;
  private final AtomicBoolean answered = new AtomicBoolean();

  /**
   * @param answer takes status and reason, once, on any thread
   */
  Batch(WebhookSignature signature, byte[] body, BiConsumer<Integer, String> answer) {
    this.signature = signature;
    this.body = body;
    this.answer = answer;
  }

  WebhookSignature signature() {
    return signature;
  }

  /** Not to be written to. */
  byte[] body() {
    return body;
  }

  /** Answers, unless somebody has; from any thread. */
  void answer(int status, String reason) {
    if (answered.compareAndSet(false, true)) {
      answer.accept(status, reason);
    }
  }

  boolean isAnswered() {
    return answered.get();
  }
}

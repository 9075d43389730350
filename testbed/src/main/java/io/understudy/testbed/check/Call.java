package io.understudy.testbed.check;

/**
 * One request and its answer.
 *
 * @param span from just before the request was sent until the answer was complete
 * @param user who asked
 * @param operation what was asked
 * @param answer what came back
 */
public record Call(Span span, String user, Operation operation, Answer answer) {
  public boolean failed() {
    return answer instanceof Answer.Failed;
  }

  public boolean isWrite() {
    return operation instanceof Operation.Write;
  }
}

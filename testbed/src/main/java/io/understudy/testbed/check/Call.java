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

  /** Whether it was answered in place of the endpoint that the gateway prefers. */
  public boolean byStandIn() {
    return answer instanceof Answer.Shown shown && shown.standIn();
  }

  public boolean isWrite() {
    return operation instanceof Operation.Write;
  }
}

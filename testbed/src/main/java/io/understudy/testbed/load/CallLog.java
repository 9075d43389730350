package io.understudy.testbed.load;

import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Answer.Failed;
import io.understudy.testbed.check.Answer.Shown;
import io.understudy.testbed.check.Call;
import io.understudy.testbed.check.Operation;
import io.understudy.testbed.check.Operation.Read;
import io.understudy.testbed.check.Operation.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Writes a run's calls as tab-separated lines, for people and for spreadsheets. */
public final class CallLog {
  private static final String HEADER =
      "startMicros\tendMicros\tuser\toperation\torder\tsentAmount"
          + "\tstatus\tendpoint\tversion\tamount\treason";

  private CallLog() {}

  /**
   * Writes one line per call.
   *
   * @param originNanos instant from which the times count
   */
  public static void write(Path file, List<Call> calls, long originNanos) throws IOException {
    Files.write(
        file,
        (Iterable<String>)
            () ->
                Stream.concat(
                        Stream.of(HEADER), calls.stream().map(call -> line(call, originNanos)))
                    .iterator());
  }

  private static String line(Call call, long originNanos) {
    return String.join(
        "\t",
        "" + (call.span().startNanos() - originNanos) / 1_000,
        "" + (call.span().endNanos() - originNanos) / 1_000,
        call.user(),
        asked(call.operation()),
        answered(call));
  }

  private static String asked(Operation operation) {
    return switch (operation) {
      case Read(String order) -> "read\t" + order + "\t";
      case Write write ->
          (write instanceof Operation.Create ? "create\t" : "change\t")
              + write.order()
              + "\t"
              + write.amount();
    };
  }

  private static String answered(Call call) {
    return switch (call.answer()) {
      case Acknowledged(String endpoint, int version) ->
          "2xx\t" + endpoint + "\t" + version + "\t\t";
      case Shown(String endpoint, var order, boolean standIn) ->
          "200\t"
              + endpoint
              + "\t"
              + order.version()
              + "\t"
              + order.amount()
              + (standIn ? "\tstand-in" : "\t");
      case Failed(int status, String endpoint, String reason) ->
          status + "\t" + endpoint + "\t\t\t" + reason.replaceAll("\\s+", " ");
    };
  }
}

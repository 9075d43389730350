package io.understudy.daemon.capture;

import java.util.Optional;
import java.util.function.Supplier;

class DebeziumCaptureTest extends CaptureContract {
  @Override
  Capture capture(Supplier<Optional<String>> slotCheck) throws Exception {
    return new DebeziumCapture(
        new DebeziumSettings(
            service, 1, primary.server().address(), slots.name(1), service, _ -> false, slotCheck));
  }
}

package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Frame;
import io.understudy.model.Position;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A role's read of the journal, whose answer is an event for it.
 *
 * @param onFrames takes the frames, while their contents are at hand
 * @param onMissing hears that the journal does not hold them
 * @param onRot hears that the journal is damaged
 */
record RoleReader(
    Workplace place,
    Effect.Read what,
    Consumer<Event.FramesRead> onFrames,
    Consumer<Event.CannotRead> onMissing,
    Runnable onRot)
    implements Workplace.Reader {
  @Override
  public void read(List<Held> held) {
    Map<Position, byte[]> contents = Workplace.contents(held);
    List<Frame> frames = held.stream().map(Held::frame).toList();
    place.with(
        contents, () -> onFrames.accept(new Event.FramesRead(what.peer(), what.after(), frames)));
  }

  @Override
  public void missing() {
    onMissing.accept(new Event.CannotRead(what.peer()));
  }

  @Override
  public void rotten() {
    onRot.run();
  }
}

package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Loses, repeats, delays and reorders messages, and cuts links, in one direction or both. */
final class SimNetwork {
  private record Direction(String from, String to) {}

  private record Sent(Direction direction, Message message) {}

  private record Block(long untilMillis, Fault why) {}

  private static final int PAST_MAX = 128;

  private final Simulation world;
  private final Map<Direction, Block> blocks = new HashMap<>();
  private final List<Sent> past = new ArrayList<>();
  private int sent;

  SimNetwork(Simulation world) {
    this.world = world;
  }

  void cut(String a, String b, long millis) {
    block(new Direction(a, b), millis, Fault.PARTITIONED);
    block(new Direction(b, a), millis, Fault.PARTITIONED);
  }

  void cutOneWay(String from, String to, long millis) {
    block(new Direction(from, to), millis, Fault.PARTITIONED_ONE_WAY);
  }

  /** Delivers again something that was sent long ago. */
  void replay() {
    if (!past.isEmpty()) {
      Sent old = world.one(past);
      world.coverage().fault(Fault.MESSAGE_REPLAYED);
      deliver(old.direction.from, old.direction.to, old.message);
    }
  }

  private void block(Direction direction, long millis, Fault why) {
    blocks.put(direction, new Block(world.agenda().nowMillis() + millis, why));
  }

  boolean connected(String a, String b) {
    return block(a, b) == null && block(b, a) == null;
  }

  private @Nullable Block block(String from, String to) {
    Block block = blocks.get(new Direction(from, to));
    boolean over = block == null || block.untilMillis < world.agenda().nowMillis();
    return over ? null : block;
  }

  void send(String from, String to, Message message) {
    remember(new Sent(new Direction(from, to), message));
    Block block = block(from, to);
    if (block != null) {
      world.coverage().fault(block.why);
      return;
    }
    if (world.happens(world.faults().lossPermille())) {
      world.coverage().fault(Fault.MESSAGE_LOST);
      return;
    }
    deliver(from, to, message);
    if (world.happens(world.faults().repeatPermille())) {
      world.coverage().fault(Fault.MESSAGE_REPEATED);
      deliver(from, to, message);
    }
  }

  private void remember(Sent message) {
    if (past.size() < PAST_MAX) {
      past.add(message);
    } else {
      past.set(sent++ % PAST_MAX, message);
    }
  }

  private void deliver(String from, String to, Message message) {
    int delay = 1 + world.random().nextInt(3);
    if (world.happens(world.faults().latePermille())) {
      world.coverage().fault(Fault.MESSAGE_LATE);
      delay += world.random().nextInt(80);
    }
    world.process(to).arrives(delay, () -> world.receive(from, to, message));
  }
}

package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Electorate;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.SourceRole;
import java.util.ArrayList;
import java.util.List;

/** What goes wrong, and what operators order, at random. */
final class Chaos {
  private final Simulation world;

  Chaos(Simulation world) {
    this.world = world;
  }

  void strike() {
    SimNode node = world.one(world.nodes());
    switch (world.random().nextInt(9)) {
      case 0 -> crash(node, false);
      case 1 -> crash(node, true);
      case 2 -> pause(node.process());
      case 3 -> world.network().cutOneWay(node.name(), anyName(), 30 + dice(200));
      case 4 -> isolate(world.happens(500) ? world.node(world.store().record().primary()) : node);
      case 5 -> flip(node);
      case 6 -> node.breakDisk();
      case 7 -> retain(node);
      case 8 -> strikeController();
      default -> throw new AssertionError("nine kinds");
    }
  }

  private void crash(SimNode node, boolean withDatabase) {
    if (node.process().up()) {
      node.crash(withDatabase);
      world.agenda().in(5 + dice(100), node::boot);
    }
  }

  private void pause(SimProcess process) {
    process.pause(20 + dice(200));
    world.coverage().fault(Fault.PAUSED);
  }

  private void isolate(SimNode node) {
    int millis = 30 + dice(400);
    for (String other : List.of("a", "b", "c", "d", "x", "y")) {
      if (!other.equals(node.name()) && world.happens(700)) {
        world.network().cut(node.name(), other, millis);
      }
    }
  }

  private void flip(SimNode node) {
    if (node.journal().flipBit(world.random())) {
      world.coverage().fault(Fault.BIT_FLIPPED);
    }
  }

  private void retain(SimNode node) {
    SimJournal journal = node.journal();
    boolean quiet = journal.synced() == journal.size(); // no sync under way counts frames
    boolean applied = node.database().tip().position().equals(journal.tip().position());
    if (quiet && applied && journal.size() > 4) {
      journal.forget(journal.size() - 2);
      world.coverage().fault(Fault.RETENTION_PASSED);
    }
  }

  private void strikeController() {
    SimController controller = world.one(world.controllers());
    if (world.happens(500)) {
      pause(controller.process());
    } else if (!controller.idle()) {
      controller.crash();
      world.coverage().fault(Fault.CONTROLLER_CRASHED);
    }
  }

  void promote() {
    for (SimController controller : world.controllers()) {
      if (controller.idle() && world.happens(600)) {
        controller.promote(world.one(world.nodes()).name());
      }
    }
  }

  /** Orders another electorate: a random one now, the usual one soon after. */
  void changeVoters() {
    for (SimNode node : world.nodes()) {
      SourceRole source = node.source();
      if (source == null || !node.process().up() || !world.happens(400)) {
        continue;
      }
      List<String> others = new ArrayList<>(List.of("a", "b", "c", "d"));
      others.remove(node.name());
      boolean usual = source.record().electorate().equals(new Electorate(others, 2));
      if (usual && world.happens(500)) {
        return;
      }
      if (usual) {
        if (world.happens(400)) {
          others.remove(dice(3));
        }
        int k = 1 + dice(others.size());
        node.step(change(source, new Electorate(others, k)));
      } else {
        node.step(change(source, new Electorate(others, 2)));
      }
    }
  }

  private Event.ChangeElectorate change(SourceRole source, Electorate next) {
    boolean waits = source.record().durability().waits() || world.happens(200);
    return new Event.ChangeElectorate(next, waits ? waiting(next) : Durability.ASYNC);
  }

  private static Durability waiting(Electorate electorate) {
    return electorate.k() == 1 ? Durability.DEGRADED : Durability.QUORUM;
  }

  /** Orders that commits wait, or that they do not. */
  void switchDurability() {
    for (SimNode node : world.nodes()) {
      SourceRole source = node.source();
      if (source == null || !node.process().up()) {
        continue;
      }
      Electorate same = source.record().electorate();
      boolean waits = !source.record().durability().waits();
      if (world.happens(waits ? 350 : 700)) {
        node.step(new Event.ChangeElectorate(same, waits ? waiting(same) : Durability.ASYNC));
      }
    }
  }

  private String anyName() {
    return world.one(List.of("a", "b", "c", "d", "x", "y"));
  }

  private int dice(int bound) {
    return world.random().nextInt(bound);
  }
}

package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.CutHistory;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Electorate;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.PlantedBug;
import java.util.List;
import java.util.SplittableRandom;

/** Four machines, two controllers, a control store, a network and a clock, all from one seed. */
final class Simulation {
  private static final boolean TRACE = Boolean.getBoolean("sim.trace");
  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  private final SplittableRandom random;
  private final PlantedBug bug;
  private final Coverage coverage;
  private final FaultRates faults;
  private final Agenda agenda = new Agenda();
  private final SimNetwork network = new SimNetwork(this);
  private final SimStore store;
  private final List<SimNode> nodes;
  private final List<SimController> controllers;
  private final Invariants invariants;
  private int events;

  Simulation(long seed, PlantedBug bug, Coverage coverage) {
    this.random = new SplittableRandom(seed);
    this.bug = bug;
    this.coverage = coverage;
    this.faults = FaultRates.draw(random);
    EpochRecord first =
        new EpochRecord(
            1,
            1,
            "a",
            CutHistory.from(1),
            new Electorate(List.of("b", "c", "d"), 2),
            happens(350) ? Durability.ASYNC : Durability.QUORUM);
    this.store = new SimStore(this, first);
    this.nodes = NAMES.stream().map(name -> new SimNode(name, this)).toList();
    this.controllers = List.of(new SimController("x", this), new SimController("y", this));
    this.invariants = new Invariants(this);
  }

  /** Runs for so many events; a broken invariant throws a {@link Violation}. */
  void run(int eventsMax) {
    nodes.forEach(SimNode::boot);
    nodes.forEach(node -> every(faults.commitEveryMillis(), node.server()::commit));
    Chaos chaos = new Chaos(this);
    every(faults.faultEveryMillis(), chaos::strike);
    every(faults.promotionEveryMillis(), chaos::promote);
    every(90, chaos::changeVoters);
    every(120, chaos::switchDurability);
    every(10, network::replay);
    while (events < eventsMax) {
      agenda.next();
    }
  }

  private void every(int meanMillis, Runnable what) {
    agenda.in(
        1 + random.nextInt(2 * meanMillis),
        () -> {
          what.run();
          every(meanMillis, what);
        });
  }

  /** Called after everything that happens to a process or to the store. */
  void happened() {
    events++;
    invariants.check();
  }

  /** One line of the story of a seed, printed on demand. */
  void trace(String who, Object what) {
    if (TRACE) {
      System.out.println(events + " " + agenda.nowMillis() + "ms " + who + " " + what);
    }
  }

  void receive(String from, String to, Message message) {
    if (message instanceof Message.ToController toController) {
      controller(to).receive(from, toController);
    } else {
      node(to).receive(from, message);
    }
  }

  void announce(String from, Message message) {
    controllers.forEach(c -> network.send(from, c.process().name(), message));
  }

  SimProcess process(String name) {
    return NAMES.contains(name) ? node(name).process() : controller(name).process();
  }

  SimNode node(String name) {
    return nodes.get(NAMES.indexOf(name));
  }

  private SimController controller(String name) {
    return controllers.get(name.equals("x") ? 0 : 1);
  }

  boolean happens(int permille) {
    return random.nextInt(1000) < permille;
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  List<SimNode> nodes() {
    return nodes;
  }

  List<SimController> controllers() {
    return controllers;
  }

  SplittableRandom random() {
    return random;
  }

  PlantedBug bug() {
    return bug;
  }

  Coverage coverage() {
    return coverage;
  }

  FaultRates faults() {
    return faults;
  }

  Agenda agenda() {
    return agenda;
  }

  SimNetwork network() {
    return network;
  }

  SimStore store() {
    return store;
  }

  Invariants invariants() {
    return invariants;
  }

  int events() {
    return events;
  }
}

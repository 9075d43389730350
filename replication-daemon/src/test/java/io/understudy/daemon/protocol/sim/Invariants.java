package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.CutHistory;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promise;
import io.understudy.daemon.protocol.SourceRole;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The invariants of docs/PROTOCOL.md, judged from the disks and the control store alone: what the
 * roles believe counts only where it is the thing judged.
 */
final class Invariants {
  private record Asked(String voter, long epoch) {}

  private record Word(String candidate, Tip last) {}

  private final Simulation world;
  private final Map<Position, Tip> commits = new HashMap<>(); // what was ever committed, in order
  private final List<Frame> acknowledged = new ArrayList<>(); // and k voters had to hold it
  private final List<Frame> unreplicated = new ArrayList<>(); // acknowledged, held by nobody yet
  private final Map<Asked, Word> promises = new HashMap<>();
  private final Map<String, Position> reported = new HashMap<>();
  private final Map<Promise, Set<String>> completePromises = new HashMap<>();
  private final Map<Long, Position> held = new HashMap<>(); // by k of the record, per epoch
  private final Map<SourceRole, Position> watermarks = new HashMap<>();
  private final Map<Long, String> openers = new HashMap<>();
  private long batchEpoch;
  private long checked;

  Invariants(Simulation world) {
    this.world = world;
  }

  // -- after every event

  void check() {
    EpochRecord record = world.store().record();
    if (changed(record)) {
      Position now = record.electorate().held(durable(record));
      held.merge(record.epoch(), now, (a, b) -> a.compareTo(b) >= 0 ? a : b);
      confirmedIsHeldByKVoters(record);
    }
    for (SimNode node : world.nodes()) {
      SourceRole source = node.source();
      if (source != null) {
        watermarkNeverFallsAndNeverPassesK(source, record);
      }
    }
  }

  /** Whether any disk, slot or the record is not what it was at the last check. */
  private boolean changed(EpochRecord record) {
    long now = record.version();
    for (SimNode node : world.nodes()) {
      now += node.changes();
    }
    boolean changed = now != checked;
    checked = now;
    return changed;
  }

  private Map<String, Position> durable(EpochRecord record) {
    Map<String, Position> durable = new HashMap<>();
    for (String voter : record.electorate().voters()) {
      durable.put(voter, holds(world.node(voter), record.cuts()));
    }
    return durable;
  }

  /**
   * What is on this disk. What a flipped bit destroyed counts as held until it was sent again,
   * because the voter knows that it lacks it and helps no promotion before.
   */
  private static Position holds(SimNode node, CutHistory cuts) {
    Position onDisk = node.journal().syncedTip().position();
    return cuts.validPart(node.journalWasDamaged() ? node.acked() : onDisk);
  }

  /** I4. */
  private void watermarkNeverFallsAndNeverPassesK(SourceRole source, EpochRecord record) {
    Position now = source.replicated();
    Position before = watermarks.put(source, now);
    if (now.equals(before)) {
      return;
    }
    require(before == null || before.compareTo(now) <= 0, "I4", "watermark fell to " + now);
    Position most = held.getOrDefault(source.record().epoch(), Position.NONE);
    boolean history = source.record().epoch() < record.epoch() && isHistory(now, record);
    require(now.compareTo(most) <= 0 || history, "I4", now + " of k voters' " + most);
  }

  /** I6. */
  private void confirmedIsHeldByKVoters(EpochRecord record) {
    Position slot = world.node(record.primary()).database().slot();
    if (slot.epoch() != record.epoch()) {
      return;
    }
    int holders = 0;
    for (String voter : record.electorate().voters()) {
      if (holds(world.node(voter), record.cuts()).compareTo(slot) >= 0) {
        holders++;
      }
    }
    int k = record.electorate().k();
    require(holders >= k, "I6", slot + " is confirmed, held by " + holders + " instead of " + k);
  }

  private static boolean isHistory(Position position, EpochRecord record) {
    return record.cuts().validPart(position).equals(position);
  }

  // -- promises and epochs

  void stepping(Event.OfVoter event) {
    batchEpoch =
        event instanceof Event.VoterReceived(String from, Message.Batch batch)
            ? batch.epoch()
            : Long.MAX_VALUE;
  }

  void about(SimNode node, Effect effect) {
    switch (effect) {
      case Effect.Append append when node.voter() != null -> keepsItsWord(node, batchEpoch);
      case Effect.Send(String to, Message.Ack ack) -> keepsItsWord(node, ack.epoch());
      case Effect.Send(String to, Message.Promised answer) -> promised(node, answer);
      case Effect.Truncate truncate -> reported.remove(node.name()); // it joins a decided epoch
      case Effect.Apply(Position upTo) -> appliesNothingNew(node, upTo);
      default -> {}
    }
  }

  /** I2, journal and acknowledge. */
  private static void keepsItsWord(SimNode node, long epoch) {
    Promise promise = node.promise();
    require(
        promise == null || epoch >= promise.epoch(),
        "I2",
        () -> node.name() + " promised " + promise + " and serves epoch " + epoch);
  }

  /** I2, apply. */
  private void appliesNothingNew(SimNode node, Position upTo) {
    Position last = reported.get(node.name());
    require(
        last == null || upTo.compareTo(last) <= 0,
        "I2",
        () -> node.name() + " applies " + upTo + " after it promised with " + last);
  }

  private void promised(SimNode node, Message.Promised answer) {
    Promise ballot = answer.ballot();
    require(ballot.equals(node.promise()), "I2", node.name() + " answered before it was durable");
    Asked asked = new Asked(node.name(), ballot.epoch());
    Word before = promises.put(asked, new Word(ballot.candidate(), answer.last()));
    require(
        before == null || before.candidate.equals(ballot.candidate()),
        "I2",
        () -> asked + " is promised to " + before + " and to " + ballot);
    reported.put(node.name(), answer.last().position());
    boolean complete = node.journal().syncedTip().position().compareTo(node.acked()) >= 0;
    if (complete) {
      completePromises.computeIfAbsent(ballot, b -> new HashSet<>()).add(node.name());
    }
  }

  /** I1, and that the cut is in the history and holds everything acknowledged. */
  void recordChanged(EpochRecord before, EpochRecord after) {
    if (after.epoch() == before.epoch()) {
      saysWhatIsTrue(before, after);
      return;
    }
    nobodyElseAnswersAlone(after);
    long lost = unreplicated.stream().filter(frame -> !isHistory(frame.position(), after)).count();
    if (lost > 0) {
      require(!before.durability().waits(), "lost", lost + " commits that did not wait");
      world.coverage().milestone("LostWithoutWaiting");
    }
    unreplicated.clear(); // what the cut kept is in the new primary, which is looked at below
    world.coverage().milestone("Decided");
    Promise ballot = new Promise(after.epoch(), after.primary());
    Set<String> promised = completePromises.getOrDefault(ballot, Set.of());
    require(
        before.electorate().mayPromote(promised),
        "I1",
        () -> ballot + " was decided with complete promises of " + promised + " in " + before);
    isCommitOrder(after.cut());
    for (Frame frame : acknowledged) {
      require(
          isHistory(frame.position(), after),
          "lost",
          () -> frame + " was acknowledged and is not within " + after.cut());
    }
  }

  /** A record says that commits wait only when all that did not are replicated. */
  private void saysWhatIsTrue(EpochRecord before, EpochRecord after) {
    if (before.durability().waits() == after.durability().waits()) {
      return;
    }
    world.coverage().milestone("SwitchedTo" + (after.durability().waits() ? "Quorum" : "Async"));
    SimDatabase database = world.node(after.primary()).database();
    require(
        !after.durability().waits() || !database.answersAlone(world.agenda().nowMillis()),
        "durability",
        () -> "commits do not wait under " + after);
    require(
        !after.durability().waits() || unreplicated.isEmpty(),
        "durability",
        () -> unreplicated + " did not wait and are not replicated under " + after);
  }

  /** I8 for commits that do not wait: from the decision on no old primary answers by itself. */
  private void nobodyElseAnswersAlone(EpochRecord decided) {
    for (SimNode node : world.nodes()) {
      long open = node.database().openEpoch();
      require(
          open >= decided.epoch() || !node.database().answersAlone(world.agenda().nowMillis()),
          "I8",
          () -> node.name() + " answers alone in epoch " + open + " after " + decided);
    }
  }

  // -- databases

  void committed(Tip tip) {
    commits.put(tip.position(), tip);
  }

  /** I3: a shadow is a prefix of the commit order, and of what is replicated or decided. */
  void applied(SimNode node) {
    Tip tip = node.database().tip();
    isCommitOrder(tip);
    EpochRecord record = world.store().record();
    boolean decided =
        tip.position().compareTo(record.cut().position()) <= 0 && isHistory(tip.position(), record);
    Position most = held.getOrDefault(tip.position().epoch(), Position.NONE);
    require(
        decided || tip.position().compareTo(most) <= 0,
        "I3",
        () -> node.name() + " applied " + tip.position() + ", replicated is " + most);
  }

  private void isCommitOrder(Tip tip) {
    require(
        tip.equals(Tip.NONE) || tip.equals(commits.get(tip.position())),
        "I3",
        () -> tip + " is not how it was committed: " + commits.get(tip.position()));
  }

  // -- clients

  /** I8: only what every later primary has may be acknowledged by an old one. */
  void acknowledged(Frame frame) {
    world.coverage().milestone("Acknowledged");
    acknowledged.add(frame);
    EpochRecord record = world.store().record();
    require(
        isHistory(frame.position(), record),
        "I8",
        () -> frame + " is acknowledged after " + record.cuts().last());
  }

  /** A commit that did not wait: nobody but this server need know of it. */
  void returnedAtOnce(Frame frame) {
    world.coverage().milestone("ReturnedAtOnce");
    EpochRecord record = world.store().record();
    require(
        record.epoch() == frame.position().epoch(),
        "I8",
        () -> frame + " returned after " + record.cuts().last());
    require(
        !record.durability().waits(), "durability", () -> frame + " did not wait under " + record);
    unreplicated.add(frame);
  }

  /** The slot is there: what returned at once is replicated now, and must never be lost. */
  void confirmed(Position position) {
    for (Frame frame : List.copyOf(unreplicated)) {
      if (frame.position().compareTo(position) <= 0) {
        unreplicated.remove(frame);
        acknowledged.add(frame);
      }
    }
  }

  /** I8, and that no acknowledged commit is missing from the new primary. */
  void opened(SimNode node, long epoch) {
    String opener = openers.putIfAbsent(epoch, node.name());
    require(
        opener == null || opener.equals(node.name()),
        "I8",
        () -> "epoch " + epoch + " opened at " + opener + " and at " + node.name());
    for (Frame frame : acknowledged) {
      if (frame.position().epoch() <= epoch) {
        require(
            node.database().contains(frame),
            "lost",
            () -> frame + " was acknowledged, is not in " + node.name() + " in epoch " + epoch);
      }
    }
  }

  private static void require(boolean holds, String invariant, String what) {
    if (!holds) {
      throw new Violation(invariant, what);
    }
  }

  private static void require(boolean holds, String invariant, Supplier<String> what) {
    if (!holds) {
      throw new Violation(invariant, what.get());
    }
  }
}

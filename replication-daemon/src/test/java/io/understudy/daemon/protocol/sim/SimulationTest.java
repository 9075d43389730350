package io.understudy.daemon.protocol.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.protocol.PlantedBug;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Runs many seeds. One seed again, with its story: {@code -Dsim.seed=N -Dsim.trace=true}; other
 * amounts: {@code -Dsim.seeds=N -Dsim.events=N}.
 */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 10_000);
  private static final int EVENTS = Integer.getInteger("sim.events", 1_200);
  private static final long ONLY = Long.getLong("sim.seed", -1L);
  private static final int OFTEN = 100;

  /**
   * Pairs that may be reached fewer than 100 times in 10,000 seeds. Nearly all cannot happen: a
   * completion comes in the state that asked for it, a new voter (UNJOINED) has been sent nothing,
   * and a role that is over (STEPPED_DOWN, DONE) is thrown away; {@code TerminalStatesTest} looks
   * at the last two. The others need two rare things at once.
   */
  private static final String SELDOM =
      """
      VoterRole UNJOINED: Batch UseSnapshot Fetch AskLease JournalDurable JournalFailed Closed \
      JournalScanned Truncated PromiseSaved FramesRead CannotRead Applied Reseeded ReseedFailed \
      DatabaseCopied
      VoterRole JOINING: UseSnapshot Fetch JournalFailed FramesRead CannotRead Reseeded ReseedFailed \
      DatabaseCopied Applied
      VoterRole FOLLOWING: Closed Truncated PromiseSaved Reseeded ReseedFailed DatabaseCopied
      VoterRole COPYING: UseSnapshot Closed JournalScanned Truncated PromiseSaved CannotRead Applied \
      Reseeded
      VoterRole PROMISED: UseSnapshot JournalFailed Closed Truncated FramesRead CannotRead Reseeded \
      ReseedFailed DatabaseCopied
      VoterRole RESEEDING: Lead Fetch AskLease JournalDurable JournalFailed Closed JournalScanned \
      Truncated PromiseSaved FramesRead CannotRead Applied DatabaseCopied
      VoterRole FAILED: UseSnapshot Fetch JournalDurable JournalFailed Closed JournalScanned \
      Truncated PromiseSaved FramesRead CannotRead Reseeded ReseedFailed DatabaseCopied
      SourceRole FETCHING: JoinFirst Captured FramesRead CannotRead Applied Tightened Lapsed
      SourceRole OPENING: JoinFirst Captured JournalDurable Tightened
      SourceRole OPEN: Applied
      SourceRole LAPSED: Fetched Applied JournalFailed RecordUnknown
      SourceRole FAILED: JoinFirst Fetched Tightened FramesRead CannotRead Applied RecordSeen \
      RecordUnknown
      SourceRole STEPPED_DOWN: Joined Ack Resend Stale JoinFirst Fetched Tick Captured \
      JournalDurable JournalFailed FramesRead CannotRead Applied Disconnected Superseded \
      ChangeElectorate RecordSeen RecordUnknown Lease Tightened Lapsed
      Promotion READING_BACK: Opened
      Promotion HANDING_OVER: RecordSeen RecordUnknown
      Promotion DONE: Promised Refused Opened Tick RecordSeen RecordUnknown
      """;

  @Test
  void invariantsHoldAfterEveryEventOfEverySeed() {
    Coverage coverage = new Coverage();
    if (ONLY >= 0) {
      run(ONLY, coverage);
      return;
    }
    for (long seed = 0; seed < SEEDS; seed++) {
      run(seed, coverage);
    }
    System.out.println(coverage.milestones());
    if (SEEDS >= 10_000) {
      assertThat(faultsBelow(OFTEN, coverage)).isEmpty();
      assertThat(seldom()).containsAll(Pairs.below(OFTEN, coverage));
    }
  }

  private static void run(long seed, Coverage coverage) {
    Simulation simulation = new Simulation(seed, PlantedBug.NONE, coverage);
    try {
      simulation.run(EVENTS);
    } catch (AssertionError | RuntimeException e) {
      String again = "; again: -Dtest=SimulationTest -Dsim.trace=true -Dsim.seed=" + seed;
      throw new AssertionError("seed " + seed + ", event " + simulation.events() + again, e);
    }
  }

  private static Set<Fault> faultsBelow(long atLeast, Coverage coverage) {
    Set<Fault> rare = new TreeSet<>();
    for (Fault fault : Fault.values()) {
      if (coverage.count(fault) < atLeast) {
        rare.add(fault);
      }
    }
    return rare;
  }

  private static Set<String> seldom() {
    Set<String> seldom = new TreeSet<>();
    SELDOM
        .lines()
        .forEach(line -> {
          int colon = line.indexOf(':');
          for (String event : line.substring(colon + 1).trim().split(" +", -1)) {
            seldom.add(line.substring(0, colon) + " " + event);
          }
        });
    return seldom;
  }
}

package io.understudy.daemon.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * What the control record says to the protocol. An epoch begins when a compare-and-set has written
 * it, and an electorate is in force from then on.
 *
 * @param version counts the writes, so that a write delayed in the network finds that it is too
 *     late
 * @param epoch fencing number
 * @param primary the one endpoint that may be open in it
 * @param cuts where the epochs before it ended
 * @param electorate whose journals count
 * @param durability what an acknowledgement is worth
 */
public record EpochRecord(
    long version,
    long epoch,
    String primary,
    CutHistory cuts,
    Electorate electorate,
    Durability durability) {
  public EpochRecord {
    if (electorate.voters().contains(primary)) {
      throw new IllegalArgumentException("the primary " + primary + " is among its own voters");
    }
    if (cuts.last().epoch() != epoch) {
      throw new IllegalArgumentException("history " + cuts + " does not end in epoch " + epoch);
    }
  }

  /** Everything up to here belongs to earlier epochs. */
  public Tip cut() {
    return cuts.last().cut();
  }

  /** A later epoch under {@code candidate}; whoever was primary before becomes a voter. */
  public EpochRecord promoting(Promise ballot, Tip cut) {
    List<String> voters = new ArrayList<>(electorate.voters());
    voters.add(primary);
    voters.remove(ballot.candidate());
    Electorate next = new Electorate(voters, Math.min(electorate.k(), voters.size()));
    CutHistory history = cuts.then(ballot.epoch(), cut);
    return new EpochRecord(
        version + 1, ballot.epoch(), ballot.candidate(), history, next, durability);
  }

  /** The same epoch with other voters. */
  public EpochRecord with(Electorate next, Durability worth) {
    return new EpochRecord(version + 1, epoch, primary, cuts, next, worth);
  }

  /** The same, written again by a source that starts: its earlier self can change nothing now. */
  public EpochRecord claimed() {
    return with(electorate, durability);
  }
}

package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.wire.Parcel;
import io.understudy.model.Position;
import java.util.concurrent.CompletableFuture;

/** The part that an endpoint plays: it steps its role and carries out what the role wants done. */
sealed interface Part permits Part.Between, Sourcing, Voting {
  /** What a part asks of the daemon that plays it. On the loop. */
  interface Stage {
    void takeLead(EpochRecord record);

    /** Goes on as a voter, after the database took no writes of earlier epochs, if it answers. */
    void stepDown(long epoch);

    /** Starts again as a voter from what is on the disks. */
    void startOver();

    /** The disk failed: a new process has to read what is there. */
    void failed(String reason);
  }

  void receive(String from, Parcel parcel);

  void tick();

  /** Now and then, at a slower pace. */
  void look();

  void disconnected(String peer);

  /** The journal's disk failed. */
  void journalFailed();

  /** Nothing that was asked for is answered any more; what runs is ended by {@link #end}. */
  void leave();

  /** Ends what runs. Blocks, on the database's thread. */
  void end() throws InterruptedException;

  EndpointReport report();

  /**
   * Compares this endpoint's copy with the primary, and repairs it.
   *
   * @throws IllegalStateException if it has none; the message says why
   */
  Caretaker caretaker();

  /** Makes the copy anew, if this is a voter that follows. */
  default void reseed() {}

  /** Completes as soon as more than {@code after} is replicated; at once if this is no source. */
  default void awaitReplicated(Position after, CompletableFuture<Position> answer) {
    answer.complete(Position.NONE);
  }

  /**
   * Lets COMMIT wait for voters, or not, in the safe order; fails if this is no source.
   *
   * @param done answered when the record says so and the database does so
   */
  default void durability(Durability worth, CompletableFuture<Durability> done) {
    done.completeExceptionally(
        new IllegalStateException("this endpoint is not the source, ask the primary's daemon"));
  }

  /** One part is over and the next waits for disk or database; whoever speaks speaks again. */
  record Between(String why) implements Part {
    @Override
    public void receive(String from, Parcel parcel) {}

    @Override
    public void tick() {}

    @Override
    public void look() {}

    @Override
    public void disconnected(String peer) {}

    @Override
    public void journalFailed() {}

    @Override
    public void leave() {}

    @Override
    public void end() {}

    @Override
    public EndpointReport report() {
      return EndpointReport.between(why);
    }

    @Override
    public Caretaker caretaker() {
      throw new IllegalStateException("it is " + why + "; try again in a moment");
    }
  }
}

package io.understudy.daemon.endpoint;

import io.understudy.daemon.postgres.Heartbeat;
import io.understudy.daemon.postgres.Primary;
import io.understudy.daemon.postgres.PrimaryRounds;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a source does to its database at a steady pace, beside the stream: heartbeats and rounds.
 *
 * <p>Not before the application may write: a copy that a voter needs to be able to acknowledge
 * cannot be made once there is something that nobody acknowledges.
 */
final class Upkeep {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
  private static final Duration HEARTBEAT = Duration.ofMillis(100);

  private final PrimaryRounds rounds;
  private final List<Thread> threads;

  private Upkeep(Primary primary, InstantSource clock) {
    this.rounds =
        new PrimaryRounds(
            primary,
            clock,
            _ ->
                log.warn(
                    "{}: its tables have changed; shadows stop at the first row that does not fit",
                    primary.server()));
    Heartbeat heartbeat = new Heartbeat(primary, clock, HEARTBEAT);
    this.threads =
        List.of(
            Thread.ofVirtual().name("heartbeat").unstarted(heartbeat::run),
            Thread.ofVirtual().name("rounds").unstarted(rounds::run));
  }

  static Upkeep start(Primary primary, InstantSource clock) {
    Upkeep upkeep = new Upkeep(primary, clock);
    upkeep.threads.forEach(Thread::start);
    return upkeep;
  }

  /** Log that the server keeps for the slot, bytes; empty while it does not tell. Any thread. */
  OptionalLong retainedBytes() {
    return rounds.retainedBytes();
  }

  /** Nothing is written after this returns. Blocks. */
  void stop() throws InterruptedException {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      thread.join();
    }
  }
}

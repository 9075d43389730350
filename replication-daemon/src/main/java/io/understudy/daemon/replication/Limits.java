package io.understudy.daemon.replication;

import java.time.Duration;

/**
 * Bounds of one replication.
 *
 * @param heartbeat time between two heartbeat rows on the primary
 * @param inSyncLagMax a shadow whose lag stays inside it is in sync
 * @param inSyncHeartbeats how many heartbeats in a row must arrive inside the bound
 * @param queueBytesMax changes held in memory for one shadow, estimated bytes
 * @param seedBufferBytesMax changes held for a shadow while a copy for it alone runs, estimated
 *     bytes
 * @param stallMax how long one shadow with a full queue may hold up the others before it is given
 *     up, provided that k others go on
 * @param groupChangesMax changes that are applied in one database transaction, unless a single
 *     transaction of the primary has more
 */
public record Limits(
    Duration heartbeat,
    Duration inSyncLagMax,
    int inSyncHeartbeats,
    long queueBytesMax,
    long seedBufferBytesMax,
    Duration stallMax,
    int groupChangesMax) {

  public static final Limits DEFAULT =
      new Limits(
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          5,
          32L << 20,
          128L << 20,
          Duration.ofSeconds(2),
          10_000);
}

package io.understudy.daemon.replication;

import io.understudy.model.Position;
import java.util.Optional;

/**
 * One shadow at one moment.
 *
 * @param endpoint name of the shadow
 * @param state where it stands
 * @param applied everything up to here is durable there; {@link Position#NONE} before the first
 *     copy
 * @param lagBytes bytes of the primary's log captured and not applied there
 * @param lagMillis age of the newest heartbeat applied there, milliseconds; {@link Long#MAX_VALUE}
 *     before the first
 * @param appliedReadingMillis clock reading of that heartbeat, milliseconds since 1970; 0 before
 *     the first
 * @param trouble the transient error that is being retried
 */
public record ShadowStatus(
    String endpoint,
    ShadowState state,
    Position applied,
    long lagBytes,
    long lagMillis,
    long appliedReadingMillis,
    Optional<String> trouble) {}

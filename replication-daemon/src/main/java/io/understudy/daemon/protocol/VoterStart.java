package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a voter finds on its disks when it starts.
 *
 * @param self its endpoint
 * @param journal where the valid part of its journal ends, all of it durable
 * @param acked highest position that it ever vouched for
 * @param promise its last promise, if it gave one
 * @param applied what its database contains, or less: Closed tells before it matters
 * @param lease what it may have granted before it was started
 */
public record VoterStart(
    String self,
    Tip journal,
    Position acked,
    @Nullable Promise promise,
    Position applied,
    LeaseTerms lease) {}

package io.understudy.testbed.app.state;

import io.understudy.model.Position;

/**
 * What the daemon says about a service.
 *
 * @param epoch the service's epoch
 * @param primary endpoint that owns its writes
 * @param replicated every transaction up to here is safe
 */
public record ReplicationReport(long epoch, String primary, Position replicated) {}

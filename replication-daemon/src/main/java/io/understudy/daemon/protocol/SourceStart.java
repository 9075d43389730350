package io.understudy.daemon.protocol;

import io.understudy.model.Position;

/**
 * What a source begins with.
 *
 * @param record the control record that makes it the primary's daemon
 * @param journal where its own journal ends, all of it durable
 * @param applied what its database contains of earlier epochs
 * @param slot how far its database's slot was confirmed: what was acknowledged before a restart
 */
public record SourceStart(EpochRecord record, Tip journal, Position applied, Position slot) {}

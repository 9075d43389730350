package io.understudy.daemon.protocol;

import io.understudy.model.Position;

/**
 * One committed transaction in a journal. The core moves this; the adapter moves the bytes.
 *
 * @param position end of its commit record
 * @param digest hash of its content
 */
public record Frame(Position position, long digest) {}

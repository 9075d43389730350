package io.understudy.daemon.wire;

/**
 * The versions of the format that a program speaks, from the oldest to the newest. A release speaks
 * its own and the one before, so that daemons are upgraded one by one. This is the first, and there
 * is none before it.
 *
 * @param oldest from 1
 * @param newest to 65535
 */
record WireVersions(int oldest, int newest) {
  static final WireVersions SPOKEN = new WireVersions(1, 1);

  WireVersions {
    if (oldest < 1 || newest < oldest || newest > 0xffff) {
      throw new IllegalArgumentException("versions " + oldest + ".." + newest);
    }
  }

  /**
   * The newest version that both speak.
   *
   * @param own name of the endpoint that speaks these
   * @param peer name of the one that speaks {@code others}
   * @throws WireException if there is none, saying which of the two is to be upgraded
   */
  int agree(String own, String peer, WireVersions others) throws WireException {
    int both = Math.min(newest, others.newest);
    if (both >= Math.max(oldest, others.oldest)) {
      return both;
    }
    throw new WireException(
        peer
            + " speaks versions "
            + others
            + " and "
            + own
            + " "
            + this
            + ": upgrade "
            + (others.newest < oldest ? peer : own));
  }

  @Override
  public String toString() {
    return oldest + ".." + newest;
  }
}

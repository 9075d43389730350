package io.understudy.gateway.decision;

import java.util.Locale;

/** Why a request went where it went, and with it what happens to the client's cookie. */
public enum Reason {
  /** The cookie holds a bucket, and the bucket decided. */
  SETTLED(Mark.KEEP),
  /** The client came without a usable cookie; the bucket of its key decided. */
  FIRST_TOUCH(Mark.SETTLE),
  /** The shadow has applied the client's own writes; the bucket of its key decided. */
  RETURNED(Mark.SETTLE),
  /** The client has just written. */
  RECENT_WRITE(Mark.PIN),
  /** The shadow is not known to have applied the client's own writes yet. */
  PINNED(Mark.KEEP),
  /** Only reads shift. */
  WRITE_METHOD(Mark.KEEP),
  /** The plan names no shadow. */
  NO_SHADOW(Mark.KEEP),
  /** Nothing is known about the service. */
  NO_PLAN(Mark.KEEP),
  /** The route's configuration cannot be read. */
  BAD_CONF(Mark.KEEP);

  private final Mark mark;
  private final String label;

  Reason(Mark mark) {
    this.mark = mark;
    this.label = name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Mark mark() {
    return mark;
  }

  /** The name as metrics and logs show it, for example {@code first-touch}. */
  public String label() {
    return label;
  }
}

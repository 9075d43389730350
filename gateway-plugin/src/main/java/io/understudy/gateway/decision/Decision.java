package io.understudy.gateway.decision;

import org.jspecify.annotations.Nullable;

/**
 * Where one request goes. Instances are made once per plan, so that deciding allocates nothing.
 *
 * @param side who serves the request
 * @param reason why
 * @param endpoint name of the endpoint on that side, or null while no plan names one
 */
public record Decision(Side side, Reason reason, @Nullable String endpoint) {
  /** The answer for a service of which nothing is known. */
  public static final Decision NO_PLAN = new Decision(Side.PRIMARY, Reason.NO_PLAN, null);

  /** The answer for a route whose configuration cannot be read. */
  public static final Decision BAD_CONF = new Decision(Side.PRIMARY, Reason.BAD_CONF, null);
}

package io.understudy.gateway.decision;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known at one moment; the request path reads nothing else.
 *
 * @param reached whether the cluster has answered at least once: before, an unknown service says
 *     nothing about the configuration
 * @param services what is known, by service
 */
public record Snapshot(boolean reached, Map<String, ServiceView> services) {
  public static final Snapshot NOTHING = new Snapshot(false, Map.of());

  public Snapshot {
    services = Map.copyOf(services);
  }

  /** What is known about a service, or null if nothing is. */
  public @Nullable ServiceView service(String name) {
    return services.get(name);
  }
}

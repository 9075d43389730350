package io.understudy.testbed.gateway.balance;

import io.understudy.testbed.gateway.config.Upstream;
import io.understudy.testbed.gateway.config.Upstream.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses nodes of one upstream and remembers which are up. Not for use by several threads.
 *
 * <p>The highest priority that has a usable node serves; within it smooth weighted round robin.
 * While every node is down all of them count as up: a wrong check must not be worse than none.
 */
public final class NodeRing {
  private final Upstream upstream;
  private final Turns<Node> turns = new Turns<>(Node::weight);
  private final Map<String, NodeHealth> health = new LinkedHashMap<>();

  public NodeRing(Upstream upstream) {
    this.upstream = upstream;
    upstream.nodes().forEach(node -> health.put(node.address(), NodeHealth.UP));
  }

  /** The same upstream after a change; nodes that stay keep their health. */
  public NodeRing changedTo(Upstream changed) {
    NodeRing ring = new NodeRing(changed);
    if (changed.checks().isPresent()) {
      ring.health.replaceAll((address, fresh) -> health.getOrDefault(address, fresh));
    }
    return ring;
  }

  public Upstream upstream() {
    return upstream;
  }

  /** The node for a request's next try; empty when each has been tried. */
  public Optional<Node> next(Set<Node> tried) {
    boolean anyUp = upstream.nodes().stream().anyMatch(this::up);
    List<Node> usable =
        upstream.nodes().stream()
            .filter(node -> node.weight() > 0 && !tried.contains(node))
            .filter(node -> up(node) || !anyUp)
            .toList();
    int top = usable.stream().mapToInt(Node::priority).max().orElse(0);
    return turns.next(usable.stream().filter(node -> node.priority() == top).toList());
  }

  public boolean up(Node node) {
    return healthOf(node).up();
  }

  /** Takes in what a health check showed; returns whether the node changed sides. */
  public boolean checked(Node node, Observation observation) {
    return upstream
        .checks()
        .map(checks -> healthOf(node).after(observation, checks.active().thresholds()))
        .map(after -> replace(node, after))
        .orElse(false);
  }

  /** Takes in what a client's request showed; returns whether the node changed sides. */
  public boolean served(Node node, Observation observation) {
    return upstream
        .checks()
        .flatMap(checks -> checks.passive())
        .map(thresholds -> healthOf(node).after(observation, thresholds))
        .map(after -> replace(node, after))
        .orElse(false);
  }

  private boolean replace(Node node, NodeHealth after) {
    boolean changed = healthOf(node).up() != after.up();
    health.put(node.address(), after);
    return changed;
  }

  private NodeHealth healthOf(Node node) {
    return health.getOrDefault(node.address(), NodeHealth.UP);
  }
}

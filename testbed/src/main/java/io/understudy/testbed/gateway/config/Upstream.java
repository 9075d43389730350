package io.understudy.testbed.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that can serve the same requests.
 *
 * @param id name in the Admin API
 * @param nodes where the requests can go
 * @param retries how many more nodes a request may try, from 0
 * @param retryMillis from when on a request is not tried again; 0 for no limit
 * @param timeouts how long one try may take
 * @param checks how it is found out which nodes are up; empty: all of them always are
 */
public record Upstream(
    String id,
    List<Node> nodes,
    int retries,
    long retryMillis,
    Timeouts timeouts,
    Optional<Checks> checks) {

  /**
   * A server.
   *
   * @param host name or address
   * @param port its port
   * @param weight part of the requests, from 0
   * @param priority nodes of a lower priority serve only when none of a higher one is left
   */
  public record Node(String host, int port, int weight, int priority) {
    /** Where it is; health belongs to this, so that it outlives a change of weights. */
    public String address() {
      return host + ":" + port;
    }
  }

  /**
   * Bounds of one try.
   *
   * @param connectMillis until the connection is there
   * @param readMillis without a byte from the node; the longer of send and read
   */
  public record Timeouts(long connectMillis, long readMillis) {}

  /**
   * Reads an upstream as the Admin API gives it.
   *
   * @throws InvalidObjectException naming the key that cannot be accepted
   */
  public static Upstream parse(String id, Map<String, ?> json) {
    Fields fields =
        Fields.of(json).ignoring("id", "name", "desc", "labels", "create_time", "update_time");
    if (!fields.text("type").orElse("roundrobin").equals("roundrobin")) {
      throw InvalidObjectException.at("type", "the gateway balances by roundrobin only");
    }
    List<Node> nodes = nodes(fields);
    Upstream upstream =
        new Upstream(
            id,
            nodes,
            fields.integer("retries", Math.max(0, nodes.size() - 1), 0),
            fields.seconds("retry_timeout", 0),
            timeouts(fields.objectOrEmpty("timeout")),
            fields.object("checks").map(Checks::parse));
    fields.end();
    return upstream;
  }

  private static Timeouts timeouts(Fields fields) {
    Timeouts timeouts =
        new Timeouts(
            fields.seconds("connect", 60),
            Math.max(fields.seconds("send", 0.001), fields.seconds("read", 60)));
    fields.end();
    return timeouts;
  }

  private static List<Node> nodes(Fields fields) {
    List<Node> nodes = new ArrayList<>();
    if (fields.raw("nodes") instanceof Map<?, ?> weights) {
      weights.forEach((address, weight) -> nodes.add(node(String.valueOf(address), weight)));
    } else {
      fields.eachObject("nodes", node -> nodes.add(node(node)));
    }
    if (nodes.isEmpty()) {
      throw InvalidObjectException.at("nodes", "expected at least one node");
    }
    return List.copyOf(nodes);
  }

  private static Node node(Fields fields) {
    Node node =
        new Node(
            fields.requiredText("host"),
            fields.integer("port", 80, 1),
            fields.integer("weight", 1, 0),
            fields.integer("priority", 0, Integer.MIN_VALUE));
    fields.end();
    return node;
  }

  private static Node node(String address, @Nullable Object weight) {
    int colon = address.lastIndexOf(':');
    String port = colon < 0 ? "80" : address.substring(colon + 1);
    if (!(weight instanceof Integer parts) || parts < 0 || !port.matches("[0-9]{1,5}")) {
      throw InvalidObjectException.at(
          "nodes", "'" + address + "': " + weight + " is not host:port with a weight");
    }
    String host = colon < 0 ? address : address.substring(0, colon);
    return new Node(host, Integer.parseInt(port), parts, 0);
  }
}

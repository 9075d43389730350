package io.understudy.testbed.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The plugins of a route, in the order in which they act on a request.
 *
 * @param preRequest asks the plugin runner before the upstream is chosen
 * @param trafficSplit chooses another upstream
 * @param responseRewrite changes the answer's headers
 */
public record Plugins(
    Optional<ExtPlugin> preRequest,
    Optional<TrafficSplit> trafficSplit,
    Optional<ResponseRewrite> responseRewrite) {

  private static final Set<String> NAMES =
      Set.of("ext-plugin-pre-req", "traffic-split", "response-rewrite");

  static Plugins parse(Fields fields) {
    try {
      fields.ignoring(NAMES.toArray(String[]::new)).end();
    } catch (InvalidObjectException e) {
      throw new InvalidObjectException(
          "unknown plugin: the gateway has " + NAMES + "; " + e.getMessage());
    }
    return new Plugins(
        fields.object("ext-plugin-pre-req").map(ExtPlugin::parse),
        fields.object("traffic-split").map(TrafficSplit::parse),
        fields.object("response-rewrite").map(ResponseRewrite::parse));
  }

  /**
   * When a plugin acts at all: its {@code _meta.filter} holds and it is not disabled.
   *
   * @param filter holds for requests that the plugin sees
   */
  record Gate(Expression filter) {
    static Gate parse(Fields plugin) {
      Fields meta = plugin.objectOrEmpty("_meta");
      Expression filter =
          Expression.parse(
              meta.path("filter"), meta.has("filter") ? meta.raw("filter") : List.of());
      boolean disabled = meta.flag("disable", false);
      meta.end();
      return new Gate(disabled ? new Expression.Any(List.of()) : filter);
    }
  }

  /**
   * {@code ext-plugin-pre-req}.
   *
   * @param gate when it acts
   * @param conf what the runner is told about the route
   * @param degradable whether a request goes on without a runner that does not answer
   */
  public record ExtPlugin(Gate gate, List<Entry> conf, boolean degradable) {
    /** One filter of the runner with its configuration. */
    public record Entry(String name, String value) {}

    static ExtPlugin parse(Fields fields) {
      List<Entry> conf = new ArrayList<>();
      fields.eachObject(
          "conf",
          entry -> {
            conf.add(new Entry(entry.requiredText("name"), entry.requiredText("value")));
            entry.end();
          });
      boolean degradable = fields.flag("allow_degradation", false);
      Gate gate = Gate.parse(fields);
      fields.end();
      return new ExtPlugin(gate, List.copyOf(conf), degradable);
    }

    public boolean sees(Variables request) {
      return gate.filter.holds(request);
    }
  }

  /**
   * {@code response-rewrite}, as far as it changes headers.
   *
   * @param gate when it acts
   * @param set headers that replace others of their name
   * @param add headers that stand beside others of their name
   * @param remove names of headers that are taken away, after the others were put in
   */
  public record ResponseRewrite(
      Gate gate, List<Header> set, List<Header> add, List<String> remove) {
    /** One header line. */
    public record Header(String name, String value) {}

    static ResponseRewrite parse(Fields fields) {
      Fields headers = fields.objectOrEmpty("headers");
      List<Header> add = new ArrayList<>();
      for (String line : headers.texts("add")) {
        add.add(line(headers.path("add"), line));
      }
      List<Header> set = new ArrayList<>();
      headers.objectOrEmpty("set").eachText((name, value) -> set.add(new Header(name, value)));
      List<String> remove = headers.texts("remove");
      headers.end();
      Gate gate = Gate.parse(fields);
      fields.end();
      return new ResponseRewrite(gate, List.copyOf(set), List.copyOf(add), remove);
    }

    private static Header line(String key, String line) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw InvalidObjectException.at(key, "'" + line + "' is not of the form Name: value");
      }
      return new Header(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
    }

    public boolean sees(Variables request) {
      return gate.filter.holds(request);
    }
  }
}

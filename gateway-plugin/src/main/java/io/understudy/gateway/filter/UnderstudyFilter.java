package io.understudy.gateway.filter;

import io.understudy.gateway.decision.Attributes;
import io.understudy.gateway.decision.Decision;
import io.understudy.gateway.decision.PreparedPlan;
import io.understudy.gateway.decision.Router;
import io.understudy.gateway.decision.ServiceView;
import io.understudy.gateway.decision.Side;
import io.understudy.gateway.decision.Snapshot;
import io.understudy.gateway.metrics.GatewayMetrics;
import io.understudy.model.ShiftPlan;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request to the shadow by setting the plan's decision header, which the gateway matches;
 * no header means the primary.
 */
public final class UnderstudyFilter implements PluginFilter {
  public static final String NAME = "understudy";

  /** A gateway has some dozens of routes; past this many confs are read anew for each request. */
  private static final int ROUTES_MAX = 4096;

  private final Supplier<Snapshot> known;
  private final LongSupplier wallMillis;
  private final GatewayMetrics metrics;
  private final Map<String, Route> routes = new ConcurrentHashMap<>();

  /** A route's conf with its counters; a conf that cannot be read has no service. */
  private record Route(@Nullable String service, GatewayMetrics.Decisions counters) {}

  /**
   * Makes the filter.
   *
   * @param known gives the newest snapshot; called for each request, must not block
   * @param wallMillis the wall clock, milliseconds since 1970
   */
  public UnderstudyFilter(
      Supplier<Snapshot> known, LongSupplier wallMillis, GatewayMetrics metrics) {
    this.known = known;
    this.wallMillis = wallMillis;
    this.metrics = metrics;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void filter(HttpRequest request, HttpResponse response, PluginFilterChain chain) {
    String conf = request.getConfig(this);
    Route route = route(conf == null ? "" : conf);
    route.counters().count(decide(route, request, response));
    chain.filter(request, response);
  }

  /** What is wrong with a route's conf, in words for the operator; empty if nothing is. */
  public Optional<String> problem(String confText) {
    try {
      RouteConf conf = RouteConf.parse(confText);
      Snapshot snapshot = known.get();
      if (!snapshot.reached() || snapshot.service(conf.service()) != null) {
        return Optional.empty();
      }
      return Optional.of(
          "unknown service '"
              + conf.service()
              + "': no shift plan is published for it; correct the name, or add the service to the"
              + " daemon's understudy.yaml");
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Decision decide(Route route, HttpRequest request, HttpResponse response) {
    if (route.service() == null) {
      return Decision.BAD_CONF;
    }
    ServiceView view = known.get().service(route.service());
    if (view == null) {
      return Decision.NO_PLAN;
    }
    PreparedPlan plan = view.plan();
    long nowMillis = wallMillis.getAsLong();
    Attributes attributes = attributes(request, plan.plan());
    Decision decision = Router.decide(attributes, view, nowMillis);
    if (decision.side() == Side.SHADOW) {
      response.setReqHeader(plan.plan().decisionHeader(), decision.endpoint());
    }
    if (response instanceof ClientHeaders client) {
      plan.setCookie(decision, attributes, nowMillis)
          .ifPresent(cookie -> client.addClientHeader("Set-Cookie", cookie));
    }
    return decision;
  }

  private static Attributes attributes(HttpRequest request, ShiftPlan plan) {
    ShiftPlan.Identity identity = plan.identity();
    String user = request.getHeader(identity.userHeader());
    return new Attributes(
        request.getMethod().name(),
        request.getPath(),
        user == null || user.isEmpty() ? request.getSourceIP() : user,
        request.getHeader(identity.groupHeader()),
        request.getHeader(identity.regionHeader()),
        Cookies.value(request.getHeader("cookie"), plan.cookie()));
  }

  private Route route(String confText) {
    Route known = routes.get(confText);
    if (known != null) {
      return known;
    }
    Route read = read(confText);
    if (routes.size() < ROUTES_MAX) {
      routes.put(confText, read);
    }
    return read;
  }

  private Route read(String confText) {
    try {
      String service = RouteConf.parse(confText).service();
      return new Route(service, metrics.decisions(service));
    } catch (IllegalArgumentException e) {
      // Not swallowed: the host reports problem() of every conf, with the route's key.
      return new Route(null, metrics.decisions("unreadable"));
    }
  }
}

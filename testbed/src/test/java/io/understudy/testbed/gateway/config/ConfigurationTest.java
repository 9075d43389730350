package io.understudy.testbed.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
  private static final Variables NOTHING = name -> null;

  @Test
  void theMoreExactUriWinsThenThePriority() {
    Configuration configuration =
        configuration(
            "{'id':'prefix','uri':'/orders/*','priority':99,'upstream_id':'u'}",
            "{'id':'low','uri':'/orders/special','upstream_id':'u'}",
            "{'id':'high','uris':['/orders','/orders/special'],'priority':10,'upstream_id':'u'}");
    assertThat(routed(configuration, "GET", "/orders/special")).isEqualTo("high");
    assertThat(routed(configuration, "GET", "/orders/other")).isEqualTo("prefix");
    assertThat(routed(configuration, "GET", "/orders")).isEqualTo("high");
    assertThat(routed(configuration, "GET", "/order")).isEqualTo("none");
  }

  @Test
  void aRouteOfAnotherMethodOrConditionOrADisabledOneIsPassedOver() {
    Configuration configuration =
        configuration(
            "{'id':'writes','uri':'/*','methods':['POST'],'upstream_id':'u'}",
            "{'id':'off','uri':'/*','status':0,'priority':5,'upstream_id':'u'}",
            "{'id':'beta','uri':'/*','priority':3,'vars':[['http_x','==','b']],'upstream_id':'u'}",
            "{'id':'reads','uri':'/*','methods':['GET'],'upstream_id':'u'}");
    assertThat(routed(configuration, "GET", "/a")).isEqualTo("reads");
    assertThat(routed(configuration, "POST", "/a")).isEqualTo("writes");
    assertThat(configuration.routeFor("GET", "/a", name -> "b").map(Route::id)).contains("beta");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'upstream_id':'u'}                             | \"uri\" validation failed: is required",
        "{'uri':'/a'}                                    | \"upstream_id\" validation failed",
        "{'uri':'/a*b','upstream_id':'u'}                | '/a*b' is not a path",
        "{'uri':5,'upstream_id':'u'}                     | expected string, got number",
        "{'uri':'/a','upstream_id':'u','methods':['GIT']}| none of the enum values: GIT",
        "{'uri':'/a','upstream_id':'u','hosts':['h']}    | \"hosts\" validation failed: additional",
        "{'uri':'/a','upstream_id':'u','plugins':{'x':{}}} | unknown plugin",
        "{'uri':'/a','upstream_id':'u','plugins':{'traffic-split':{'rules':[{'weighted_upstreams':[{'weight':-1}]}]}}} | \"plugins.traffic-split.rules.0.weighted_upstreams.0.weight\"",
        "{'uri':'/a','upstream_id':'u','plugins':{'response-rewrite':{'headers':{'add':['x']}}}} | 'x' is not of the form Name: value",
      })
  void aRouteIsRefusedWithItsKey(String json, String reason) {
    assertThatThrownBy(() -> Route.parse("r", 1, map(json)))
        .isInstanceOf(InvalidObjectException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                             | \"nodes\"",
        "{'nodes':{'a:x':1}}                            | is not host:port",
        "{'nodes':[{'port':1}]}                         | \"nodes.0.host\"",
        "{'nodes':{'a:1':1},'type':'chash'}             | \"type\"",
        "{'nodes':{'a:1':1},'retries':-1}               | \"retries\"",
        "{'nodes':{'a:1':1},'checks':{'passive':{}}}    | \"checks.active\"",
        "{'nodes':{'a:1':1},'checks':{'active':{'type':'tcp'}}} | \"checks.active.type\"",
        "{'nodes':{'a:1':1},'timeout':{'read':-1}}      | \"timeout.read\"",
      })
  void anUpstreamIsRefusedWithItsKey(String json, String reason) {
    assertThatThrownBy(() -> Upstream.parse("u", map(json)))
        .isInstanceOf(InvalidObjectException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void theUpstreamOfTheReferenceIsUnderstood() {
    Upstream upstream =
        Upstream.parse(
            "orders-primary-first",
            map(
                """
                {'id':'orders-primary-first','type':'roundrobin',
                 'nodes':[{'host':'127.0.0.1','port':1981,'weight':1,'priority':0},
                          {'host':'127.0.0.1','port':1982,'weight':1,'priority':-1}],
                 'retries':1,'retry_timeout':3,'timeout':{'connect':0.5,'send':1,'read':1},
                 'checks':{'active':{'type':'http','http_path':'/healthz','timeout':0.5,
                   'healthy':{'interval':1,'successes':2},
                   'unhealthy':{'interval':1,'http_failures':2,'tcp_failures':2,'timeouts':2,
                     'http_statuses':[429,500,502,503,504]}},
                  'passive':{'type':'http','unhealthy':{'http_statuses':[500,502,504],
                    'http_failures':3,'tcp_failures':3,'timeouts':3}}}}
                """));
    assertThat(upstream.retryMillis()).isEqualTo(3000);
    assertThat(upstream.timeouts()).isEqualTo(new Upstream.Timeouts(500, 1000));
    assertThat(upstream.nodes()).extracting(Upstream.Node::priority).containsExactly(0, -1);
    assertThat(upstream.checks()).isPresent();
  }

  private static String routed(Configuration configuration, String method, String path) {
    return configuration.routeFor(method, path, NOTHING).map(Route::id).orElse("none");
  }

  private static Configuration configuration(String... routes) {
    List<Route> parsed =
        Stream.of(routes)
            .map(ConfigurationTest::map)
            .map(json -> Route.parse(String.valueOf(json.get("id")), 1, json))
            .toList();
    return new Configuration(parsed, Map.of());
  }

  private static Map<String, Object> map(String json) {
    return new JsonObject(json.replace('\'', '"')).getMap();
  }
}

package io.understudy.gateway.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.HTTPReqCall.Resp;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.Method;
import io.github.api7.A6.TextEntry;
import io.prometheus.client.CollectorRegistry;
import io.understudy.gateway.decision.Limits;
import io.understudy.gateway.decision.Plans;
import io.understudy.gateway.decision.PreparedPlan;
import io.understudy.gateway.decision.ServiceView;
import io.understudy.gateway.decision.Snapshot;
import io.understudy.gateway.metrics.GatewayMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.junit.jupiter.api.Test;

/** The filter between the SDK's own request, response and chain, as the stock runner calls it. */
class StockRunnerTest {
  private final Snapshot snapshot =
      new Snapshot(
          true,
          Map.of(
              "orders",
              new ServiceView(PreparedPlan.of(Plans.sharing(10_000), Limits.DEFAULT), null, null)));
  private final UnderstudyFilter filter =
      new UnderstudyFilter(
          () -> snapshot, () -> Plans.ISSUED, new GatewayMetrics(new CollectorRegistry()));

  @Test
  void shadowDecisionRewritesTheRequestHeaderAndDoesNotStopTheRequest() {
    HttpResponse response = filtered(Map.of("understudy", "{\"service\":\"orders\"}"), "us_b=17");

    Resp answer = Resp.getRootAsResp(response.encode());
    assertThat(answer.actionType()).isEqualTo(Action.Rewrite);
    Rewrite rewrite = (Rewrite) answer.action(new Rewrite());
    assertThat(rewrite.headers(0).name()).isEqualTo("X-Us-8f3a");
    assertThat(rewrite.headers(0).value()).isEqualTo("eu-b");
  }

  @Test
  void firstTouchDecidesTheSameWithoutACookie() {
    HttpResponse response = filtered(Map.of("understudy", "{\"service\":\"orders\"}"), "");

    assertThat(Resp.getRootAsResp(response.encode()).actionType()).isEqualTo(Action.Rewrite);
  }

  @Test
  void missingConfChangesNothing() {
    HttpResponse response = filtered(Map.of(), "us_b=17");

    assertThat(Resp.getRootAsResp(response.encode()).actionType()).isEqualTo(Action.NONE);
  }

  private HttpResponse filtered(Map<String, String> conf, String cookie) {
    HttpRequest request = new HttpRequest(request(cookie));
    HttpResponse response = new HttpResponse(1);
    request.initCtx(response, conf);
    List<String> reached = new ArrayList<>();
    new PluginFilterChain(List.of(filter, next(reached))).filter(request, response);
    assertThat(reached).as("the chain goes on").containsExactly("next");
    return response;
  }

  private static PluginFilter next(List<String> reached) {
    return new PluginFilter() {
      @Override
      public String name() {
        return "next";
      }

      @Override
      public void filter(HttpRequest request, HttpResponse response, PluginFilterChain chain) {
        reached.add(name());
        chain.filter(request, response);
      }
    };
  }

  private static Req request(String cookie) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int header =
        TextEntry.createTextEntry(
            builder, builder.createString("cookie"), builder.createString(cookie));
    int headers = Req.createHeadersVector(builder, new int[] {header});
    int path = builder.createString("/orders");
    int address = Req.createSrcIpVector(builder, new byte[] {10, 0, 0, 1});
    builder.finish(Req.createReq(builder, 1, address, Method.GET, path, 0, headers, 1));
    return Req.getRootAsReq(builder.dataBuffer());
  }
}

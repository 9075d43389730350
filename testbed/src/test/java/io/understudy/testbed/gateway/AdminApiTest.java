package io.understudy.testbed.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminApiTest {
  @TempDir Path folder;
  private GatewayFixture gateway;

  @BeforeEach
  void start() {
    gateway = new GatewayFixture(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void anObjectIsCreatedReadChangedListedAndDeleted() {
    HttpResponse<String> created =
        gateway.put("upstreams/us.orders.eu-a-first", "{'nodes':{'h:1':1}}");
    assertThat(created.statusCode()).isEqualTo(201);
    JsonObject value = new JsonObject(created.body());
    assertThat(value.getString("key")).isEqualTo("/apisix/upstreams/us.orders.eu-a-first");
    assertThat(value.getJsonObject("value").getString("id")).isEqualTo("us.orders.eu-a-first");
    HttpResponse<String> changed =
        gateway.put("upstreams/us.orders.eu-a-first", "{'nodes':{'h:2':1}}");
    assertThat(changed.statusCode()).isEqualTo(200);
    JsonObject read =
        new JsonObject(gateway.send(gateway.admin("upstreams/us.orders.eu-a-first")).body());
    assertThat(read.getJsonObject("value").getJsonObject("nodes").getMap()).containsOnlyKeys("h:2");
    assertThat(read.getLong("modifiedIndex")).isGreaterThan(read.getLong("createdIndex"));
    JsonObject list = new JsonObject(gateway.send(gateway.admin("upstreams")).body());
    assertThat(list.getInteger("total")).isEqualTo(1);
    assertThat(list.getJsonArray("list").getJsonObject(0)).isEqualTo(read);
    HttpResponse<String> deleted =
        gateway.send(gateway.admin("upstreams/us.orders.eu-a-first").DELETE());
    assertThat(new JsonObject(deleted.body()).getString("deleted")).isEqualTo("1");
    assertThat(gateway.send(gateway.admin("upstreams/us.orders.eu-a-first")).statusCode())
        .isEqualTo(404);
  }

  @Test
  void patchMerges() {
    gateway.put("upstreams/u", "{'nodes':{'h:1':1},'retries':2,'labels':{'a':'b'}}");
    HttpResponse<String> patched =
        gateway.send(
            gateway
                .admin("upstreams/u")
                .method(
                    "PATCH",
                    BodyPublishers.ofString(
                        "{\"nodes\":{\"h:1\":5},\"retries\":null,\"labels\":{\"c\":\"d\"}}")));
    assertThat(new JsonObject(patched.body()).getJsonObject("value"))
        .isEqualTo(
            new JsonObject(
                "{\"nodes\":{\"h:1\":5},\"labels\":{\"a\":\"b\",\"c\":\"d\"},\"id\":\"u\"}"));
  }

  @Test
  void aMissingOrWrongKeyIsRefused() {
    URI routes = URI.create("http://" + gateway.gateway.adminListening() + "/apisix/admin/routes");
    HttpResponse<String> missing = gateway.send(HttpRequest.newBuilder(routes));
    assertThat(missing.statusCode()).isEqualTo(401);
    assertThat(missing.body()).contains("missing apikey");
    HttpResponse<String> wrong =
        gateway.send(HttpRequest.newBuilder(routes).header("X-API-KEY", "guess"));
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.body()).contains("wrong apikey").doesNotContain(GatewayFixture.KEY);
  }

  @Test
  void whatCannotBeAcceptedIsRefusedWithItsKeyAndChangesNothing() {
    gateway.put("upstreams/u", "{'nodes':{'h:1':1}}");
    HttpResponse<String> plugin =
        gateway.put("routes/r", "{'uri':'/a','upstream_id':'u','plugins':{'key-auth':{}}}");
    assertThat(plugin.statusCode()).isEqualTo(400);
    assertThat(plugin.body()).contains("unknown plugin").contains("key-auth");
    assertThat(gateway.put("routes/r", "{'uri':'/a'").body()).contains("not a JSON object");
    assertThat(gateway.put("routes/r", "[]").statusCode()).isEqualTo(400);
    assertThat(gateway.send(gateway.admin("routes/r")).statusCode()).isEqualTo(404);
  }

  @Test
  void anUnknownUpstreamIsAcceptedAndFailsEachRequest() {
    assertThat(gateway.put("routes/r", "{'uri':'/a','upstream_id':'nobody'}").statusCode())
        .isEqualTo(201);
    assertThat(gateway.get("/a").statusCode()).isEqualTo(500);
  }

  @Test
  void anUpstreamInUseCannotBeDeleted() {
    gateway.put("upstreams/own", "{'nodes':{'h:1':1}}");
    gateway.put("upstreams/split", "{'nodes':{'h:1':1}}");
    gateway.put(
        "routes/r",
        """
        {'uri':'/a','upstream_id':'own','plugins':{'traffic-split':{'rules':[
          {'weighted_upstreams':[{'upstream_id':'split','weight':1}]}]}}}
        """);
    for (String upstream : new String[] {"own", "split"}) {
      HttpResponse<String> refused = gateway.send(gateway.admin("upstreams/" + upstream).DELETE());
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("route [r] is still using it now");
    }
    gateway.send(gateway.admin("routes/r").DELETE());
    assertThat(gateway.send(gateway.admin("upstreams/own").DELETE()).statusCode()).isEqualTo(200);
  }
}

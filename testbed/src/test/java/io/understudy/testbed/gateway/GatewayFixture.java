package io.understudy.testbed.gateway;

import io.understudy.model.config.HostPort;
import io.understudy.testbed.gateway.runner.RunnerPool;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;

/** A running gateway with clients of both of its sides. */
final class GatewayFixture implements AutoCloseable {
  static final String KEY = "secret-of-the-test";
  static final int RUNNER_MILLIS = 400;

  final Vertx vertx = Vertx.vertx();
  final String runnerSocket;
  final Gateway gateway;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  GatewayFixture(Path folder) {
    runnerSocket = folder.resolve("runner.sock").toString();
    gateway =
        Gateway.start(
                vertx,
                new GatewaySettings(
                    new HostPort("127.0.0.1", 0),
                    new HostPort("127.0.0.1", 0),
                    KEY,
                    runnerSocket,
                    new RunnerPool.Bounds(4, 256, RUNNER_MILLIS),
                    GatewaySettings.RETRY_RULE,
                    4096))
            .await();
  }

  HttpResponse<String> put(String object, String json) {
    return send(admin(object).PUT(BodyPublishers.ofString(json.replace('\'', '"'))));
  }

  HttpRequest.Builder admin(String object) {
    return HttpRequest.newBuilder(
            URI.create("http://" + gateway.adminListening() + "/apisix/admin/" + object))
        .header("X-API-KEY", KEY);
  }

  HttpRequest.Builder request(String uri) {
    return HttpRequest.newBuilder(URI.create("http://" + gateway.listening() + uri))
        .timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> get(String uri, String... headers) {
    HttpRequest.Builder request = request(uri);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An upstream of two nodes, the second one only for when the first one fails. */
  void putUpstream(String id, int first, int second) {
    expectOk(
        put(
            "upstreams/" + id,
            """
            {'type':'roundrobin','retries':1,'retry_timeout':3,
             'timeout':{'connect':0.5,'send':1,'read':1},
             'nodes':[{'host':'127.0.0.1','port':%d,'weight':1,'priority':0},
                      {'host':'127.0.0.1','port':%d,'weight':1,'priority':-1}],
             'checks':{'active':{'http_path':'/healthz','timeout':0.5,
                'healthy':{'interval':0.1,'successes':2},
                'unhealthy':{'interval':0.1,'http_failures':2,'tcp_failures':2,'timeouts':2,
                  'http_statuses':[500,502,503,504]}},
              'passive':{'unhealthy':{'http_statuses':[500,502,504],'http_failures':3,
                'tcp_failures':3,'timeouts':3}}}}
            """
                .formatted(first, second)));
  }

  void putRoute(String id, String json) {
    expectOk(put("routes/" + id, json));
  }

  static void expectOk(HttpResponse<String> answer) {
    if (answer.statusCode() > 201) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
  }

  @Override
  public void close() {
    client.close();
    vertx.close().await();
  }
}

package io.understudy.testbed.conf;

import io.understudy.daemon.api.AdminApi;
import io.understudy.daemon.api.EventFeed;
import io.understudy.daemon.api.Tokens;
import io.understudy.daemon.service.ReplicatedFeed;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** The daemon's real Admin API, of a daemon without services. */
final class RunningAdminApi implements AutoCloseable {
  static final String TOKEN = "0123456789abcdef";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpServer server;

  RunningAdminApi() throws IOException {
    Path file = Files.createTempFile("understudy", ".tokens");
    Files.writeString(file, "promote " + TOKEN + "\n");
    server =
        new AdminApi(
                Tokens.read(file),
                new ReplicatedFeed(vertx),
                new EventFeed(vertx, seq -> List.of()),
                InstantSource.system())
            .listen(vertx, "127.0.0.1", 0)
            .await();
    Files.delete(file);
  }

  HttpResponse<String> ask(String method, String path, String token)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
            .header("Authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Names of all metrics that a daemon serves. */
  static List<String> metricNames() throws IOException, InterruptedException {
    try (RunningAdminApi api = new RunningAdminApi()) {
      return Project.matches(api.ask("GET", "/metrics", "").body(), "^# TYPE (\\S+) ");
    }
  }

  @Override
  public void close() {
    client.close();
    vertx.close().await();
  }
}

package io.understudy.daemon.command;

import io.understudy.daemon.command.Call.WrongUseException;
import io.understudy.daemon.config.DaemonConfig;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.Topology;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code verify}: has each shadow of a service compared with the primary, one after the other, by
 * its own daemon. {@code repair}: has one shadow sent what differs.
 */
final class CopyCommand implements AutoCloseable {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

  private final Topology.Service service;
  private final String token;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_MAX)
          .build();

  /** What a daemon said. */
  private record Answer(String endpoint, int status, JsonObject body) {
    private boolean equal() {
      return status == 200 && body.getBoolean("equal", false);
    }

    private JsonObject json() {
      return body.copy().put("endpoint", endpoint);
    }
  }

  private CopyCommand(Call call) throws WrongUseException, IOException {
    this.service = call.service();
    DaemonConfig.Endpoints means =
        call.config()
            .endpoints()
            .orElseThrow(() ->
                new WrongUseException(
                    "daemon.endpoints is missing: copies are compared by the daemons of endpoints"));
    this.token = Files.readString(means.tokenFile()).strip();
  }

  /** Returns 0 if all shadows are equal to the primary, 1 if not, or if one cannot be compared. */
  static int verify(Call call, PrintStream out)
      throws WrongUseException, IOException, InterruptedException {
    List<Answer> answers = new ArrayList<>();
    try (CopyCommand command = new CopyCommand(call)) {
      for (Topology.Endpoint endpoint : call.service().endpoints()) {
        if (!command
            .ask(endpoint, "GET", "/status")
            .body()
            .getString("role", "")
            .equals("source")) {
          answers.add(command.ask(endpoint, "POST", "/verify"));
          tell(call, answers.getLast(), out);
        }
      }
    }
    return end(call, answers, out);
  }

  /** Returns 0 if the shadow is equal to the primary afterwards, 1 if not. */
  static int repair(Call call, PrintStream out)
      throws WrongUseException, IOException, InterruptedException {
    String name = call.operands().getFirst();
    Topology.Endpoint endpoint =
        call.service()
            .endpoint(name)
            .orElseThrow(() ->
                new WrongUseException(
                    "service '" + call.service().name() + "' has no endpoint '" + name + "'"));
    try (CopyCommand command = new CopyCommand(call)) {
      Answer answer = command.ask(endpoint, "POST", "/repair");
      tell(call, answer, out);
      return end(call, List.of(answer), out);
    }
  }

  private static void tell(Call call, Answer answer, PrintStream out) {
    if (!call.has("--json")) {
      out.println(answer.endpoint() + ": " + line(answer.status(), answer.body()));
    }
  }

  private static int end(Call call, List<Answer> answers, PrintStream out) {
    if (call.has("--json")) {
      JsonArray shadows = new JsonArray();
      answers.forEach(answer -> shadows.add(answer.json()));
      out.println(
          new JsonObject()
              .put("service", call.service().name())
              .put("shadows", shadows)
              .encodePrettily());
    }
    return !answers.isEmpty() && answers.stream().allMatch(Answer::equal) ? 0 : 1;
  }

  private static String line(int status, JsonObject body) {
    if (status != 200) {
      return body.getString("error", "answered " + status);
    }
    JsonObject sent = body.getJsonObject("sent");
    return (sent == null ? "" : sent.getLong("rows") + " rows were sent; ")
        + (body.getBoolean("equal") ? "equal" : "DIFFERS: " + body.getJsonArray("differences"))
        + " at "
        + body.getString("position")
        + ", "
        + body.getInteger("tables")
        + " tables, "
        + body.getLong("millis")
        + " ms";
  }

  /** Waits for as long as the daemon needs; it bounds the work itself. */
  private Answer ask(Topology.Endpoint endpoint, String method, String path)
      throws IOException, InterruptedException {
    HostPort address =
        endpoint
            .daemon()
            .orElseThrow(() ->
                new IOException(
                    "endpoint '"
                        + endpoint.name()
                        + "' of '"
                        + service.name()
                        + "' has no daemon"));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Authorization", "Bearer " + token)
            .build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(endpoint.name(), response.statusCode(), new JsonObject(response.body()));
    } catch (DecodeException e) {
      throw new IOException(
          "the daemon of " + endpoint.name() + " at " + address + " answers something else", e);
    } catch (IOException e) {
      throw new IOException(
          "the daemon of " + endpoint.name() + " at " + address + " does not answer: " + e, e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}

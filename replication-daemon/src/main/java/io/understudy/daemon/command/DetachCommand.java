package io.understudy.daemon.command;

import io.understudy.daemon.config.DaemonConfig.Gateway;
import io.understudy.daemon.postgres.Departure;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.daemon.route.RouteCompiler;
import io.understudy.model.config.Topology;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code detach}: leaves PostgreSQL and the gateway as they were before. It can be repeated, and
 * finds less to do each time; with {@code --print} it says what it would do, as SQL and shell lines
 * for psql.
 */
final class DetachCommand {
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  private final Call call;
  private final PrintStream out;
  private final PrintStream err;
  private boolean left;

  private DetachCommand(Call call, PrintStream out, PrintStream err) {
    this.call = call;
    this.out = out;
    this.err = err;
  }

  /** Returns 0 if nothing of ours is left, 1 if something is, and says what. */
  static int run(Call call, PrintStream out, PrintStream err) throws InterruptedException {
    DetachCommand command = new DetachCommand(call, out, err);
    if (call.has("--print")) {
      command.print();
    } else {
      command.detach();
    }
    return command.left ? 1 : 0;
  }

  private void detach() throws InterruptedException {
    Map<Server, Departure> departures = departures();
    boolean used = false;
    for (Map.Entry<Server, Departure> each : departures.entrySet()) {
      for (String user : each.getValue().users()) {
        remains(each.getKey().endpoint() + ": " + user);
        used = true;
      }
    }
    if (used) {
      err.println("nothing was changed: stop every daemon of this service, then run it again");
      return;
    }
    departures.forEach(this::run);
    call.config().gateway().ifPresent(this::clear);
    if (!left) {
      out.println(
          "the control record in "
              + call.config().stateFolder()
              + " stays; remove "
              + call.service().name()
              + ".json to begin anew at epoch 1");
    }
  }

  private Map<Server, Departure> departures() {
    Map<Server, Departure> departures = new LinkedHashMap<>();
    for (Topology.Endpoint endpoint : call.service().endpoints()) {
      Server server = Server.of(endpoint);
      try {
        departures.put(server, Departure.of(server, call.service().name(), shared(endpoint)));
      } catch (SQLException e) {
        remains(
            server
                + " cannot be looked at: "
                + SqlState.describe(e)
                + "; run this again when it answers");
      }
    }
    return departures;
  }

  /** Whether another service of this file has its state in the same database. */
  private boolean shared(Topology.Endpoint endpoint) {
    return call.config().topology().services().stream()
        .filter(other -> !other.name().equals(call.service().name()))
        .flatMap(other -> other.endpoints().stream())
        .anyMatch(other -> other.database().jdbcUrl().equals(endpoint.database().jdbcUrl()));
  }

  private void run(Server server, Departure departure) {
    try {
      departure.run(server);
      out.println(server.endpoint() + ": " + departure.statements().size() + " statements done");
      departure.statements().forEach(statement -> out.println("  " + statement));
    } catch (SQLException e) {
      remains(
          server.endpoint()
              + ": "
              + e.getMessage()
              + "; run the statements that --print shows as a superuser");
    }
  }

  private void clear(Gateway gateway) {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER_MAX).build()) {
      for (String path : RouteCompiler.everyPath(call.service())) {
        HttpRequest request =
            HttpRequest.newBuilder(gateway.adminUrl().resolve(path))
                .timeout(ANSWER_MAX)
                .header("X-API-KEY", Files.readString(gateway.keyFile()).strip())
                .DELETE()
                .build();
        int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status / 100 == 2) {
          out.println("gateway: deleted " + path);
        } else if (status != 404) {
          remains("gateway: DELETE " + path + " answered " + status);
        }
      }
    } catch (IOException e) {
      remains(
          "gateway "
              + gateway.adminUrl()
              + " does not answer ("
              + e
              + "); run this again when it does");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      remains("gateway: interrupted; run this again");
    }
  }

  private void print() {
    for (Map.Entry<Server, Departure> each : departures().entrySet()) {
      Topology.Database database = database(each.getKey().endpoint());
      out.println("-- endpoint " + each.getKey());
      each.getValue().users().forEach(user -> out.println("-- first stop the daemon: " + user));
      if (each.getValue().statements().isEmpty()) {
        out.println("-- nothing of ours is there");
      } else {
        out.println(
            "\\connect 'host="
                + database.host()
                + " port="
                + database.port()
                + " dbname="
                + database.name()
                + "'");
        each.getValue().statements().forEach(statement -> out.println(statement + ";"));
      }
    }
    Optional<Gateway> gateway = call.config().gateway();
    if (gateway.isPresent()) {
      out.println("-- gateway: shell commands; what is not there is answered with 404");
      for (String path : RouteCompiler.everyPath(call.service())) {
        URI url = gateway.get().adminUrl().resolve(path);
        out.println(
            "\\! curl -sS -X DELETE -H \"X-API-KEY: $(cat '"
                + gateway.get().keyFile().toAbsolutePath()
                + "')\" "
                + url);
      }
    }
  }

  private Topology.Database database(String endpoint) {
    return call.service().endpoint(endpoint).orElseThrow().database();
  }

  private void remains(String what) {
    err.println(what);
    left = true;
  }
}

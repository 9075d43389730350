package io.understudy.testbed.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * A web server in a process of its own, which can be killed. It answers with its name; each POST
 * leaves its body as a line in a file, so that executions can be counted after the kill.
 */
final class BackendProcess implements AutoCloseable {
  final String name;
  final int port;
  private final Process process;
  private final Path executed;

  private BackendProcess(String name, Process process, Path executed, int port) {
    this.name = name;
    this.process = process;
    this.executed = executed;
    this.port = port;
  }

  static BackendProcess start(String name, Path folder) throws IOException {
    return start(name, folder, 0);
  }

  static BackendProcess start(String name, Path folder, int port) throws IOException {
    Path executed = folder.resolve(name + ".executed");
    Path classes =
        Path.of(BackendProcess.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                classes.toString(),
                BackendProcess.class.getName(),
                name,
                executed.toString(),
                Integer.toString(port))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    return new BackendProcess(name, process, executed, Integer.parseInt(out.readLine()));
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  List<String> executed() throws IOException {
    return Files.exists(executed) ? Files.readAllLines(executed) : List.of();
  }

  @Override
  public void close() {
    kill();
  }

  public static void main(String[] arguments) throws IOException {
    String name = arguments[0];
    Path executed = Path.of(arguments[1]);
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[2])),
            100);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(name, executed, exchange));
    server.start();
    System.out.println(server.getAddress().getPort());
    System.out.flush();
  }

  private static void answer(String name, Path executed, HttpExchange exchange) throws IOException {
    byte[] request = exchange.getRequestBody().readAllBytes();
    if (exchange.getRequestMethod().equals("POST")) {
      Files.writeString(
          executed,
          new String(request, StandardCharsets.UTF_8) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
    String path = exchange.getRequestURI().getPath();
    StringBuilder body = new StringBuilder(name).append('\n');
    if (path.endsWith("/echo")) {
      body.append(exchange.getRequestMethod()).append(' ').append(exchange.getRequestURI());
      exchange
          .getRequestHeaders()
          .forEach((header, values) -> body.append('\n').append(header).append('=').append(values));
    }
    pause(path);
    int status =
        path.contains("/status/") ? Integer.parseInt(path.substring(path.length() - 3)) : 200;
    byte[] answer = body.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Set-Cookie", "own=1");
    exchange.getResponseHeaders().add("X-Endpoint", name);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : answer.length);
    if (!head) {
      exchange.getResponseBody().write(answer);
    }
    exchange.close();
  }

  private static void pause(String path) {
    int millis = path.contains("/slow/") ? Integer.parseInt(path.replaceAll(".*/", "")) : 2;
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

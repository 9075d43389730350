package io.understudy.testbed.gateway;

import io.understudy.testbed.gateway.config.Plugins.ResponseRewrite;
import io.understudy.testbed.gateway.config.Route;
import io.understudy.testbed.gateway.config.Variables;
import io.understudy.testbed.gateway.runner.RunnerAnswer;
import io.understudy.testbed.gateway.runner.RunnerQuestion;
import io.understudy.testbed.gateway.runner.Text;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.httpproxy.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One client request on its way through the gateway; what plugins change is changed here. */
final class Exchange implements Variables {
  private static final long LENGTH_UNKNOWN = -1;

  private final HttpServerRequest request;
  private final Buffer body;
  private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
  private final List<Text> runnerHeaders = new ArrayList<>();
  private Target target;
  private @Nullable Route route;

  Exchange(HttpServerRequest request, Buffer body) {
    this.request = request;
    this.body = body;
    this.target = Target.parse(request.uri());
    for (Map.Entry<String, String> header : request.headers()) {
      headers.add(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
    }
    // Like APISIX without trusted addresses: what a client claims about itself is overwritten.
    headers.set("x-forwarded-proto", request.isSSL() ? "https" : "http");
    headers.set("x-forwarded-host", String.valueOf(request.authority()));
    headers.set("x-forwarded-port", Integer.toString(request.localAddress().port()));
  }

  void routedBy(Route chosen) {
    route = chosen;
  }

  HttpServerRequest request() {
    return request;
  }

  String method() {
    return request.method().name();
  }

  String path() {
    return target.path();
  }

  /** Path and arguments as the upstream gets them. */
  String uri() {
    return target.raw();
  }

  /** The request's headers as the upstream gets them. */
  MultiMap upstreamHeaders() {
    String client = request.remoteAddress().hostAddress();
    String before = headers.get("x-forwarded-for");
    return MultiMap.caseInsensitiveMultiMap()
        .addAll(headers)
        .set("x-real-ip", client)
        .set("x-forwarded-for", before == null ? client : before + ", " + client);
  }

  /** The body for one try; a request without one keeps having none. */
  Body upstreamBody() {
    boolean none = !headers.contains("content-length") && !headers.contains("transfer-encoding");
    Body whole = Body.body(body);
    return none ? Body.body(whole.stream(), LENGTH_UNKNOWN) : whole;
  }

  RunnerQuestion question(String confKey, List<Text> conf) {
    List<Text> lines = new ArrayList<>();
    headers.forEach(header -> lines.add(new Text(header.getKey(), header.getValue())));
    return new RunnerQuestion(
        confKey,
        conf,
        request.remoteAddress().hostAddress(),
        method(),
        path(),
        target.args(),
        List.copyOf(lines),
        this,
        body);
  }

  /** Does what the runner wants. */
  void rewrite(RunnerAnswer.Rewrite rewrite) {
    for (Text header : rewrite.headers()) {
      if (header.value() == null) {
        headers.remove(header.name());
      } else {
        headers.set(header.name().toLowerCase(Locale.ROOT), header.value());
      }
    }
    target = target.rewritten(rewrite.path(), rewrite.args());
    runnerHeaders.addAll(rewrite.responseHeaders());
  }

  /** Changes an answer's headers as the plugins want it. */
  void finish(MultiMap answer) {
    for (Text header : runnerHeaders) {
      if (header.value() != null) {
        answer.add(header.name(), header.value());
      }
    }
    if (route != null) {
      route
          .plugins()
          .responseRewrite()
          .filter(rewrite -> rewrite.sees(this))
          .ifPresent(rewrite -> apply(rewrite, answer));
    }
  }

  private static void apply(ResponseRewrite rewrite, MultiMap answer) {
    rewrite.add().forEach(header -> answer.add(header.name(), header.value()));
    rewrite.set().forEach(header -> answer.set(header.name(), header.value()));
    rewrite.remove().forEach(answer::remove);
  }

  @Override
  public @Nullable String value(String name) {
    if (name.startsWith("http_")) {
      return header(name.substring("http_".length()));
    }
    if (name.startsWith("cookie_")) {
      return cookie(name.substring("cookie_".length()));
    }
    if (name.startsWith("arg_")) {
      return target.arg(name.substring("arg_".length()));
    }
    return switch (name) {
      case "uri" -> path();
      case "request_uri" -> request.uri();
      case "request_method" -> method();
      case "remote_addr" -> request.remoteAddress().hostAddress();
      case "host" -> request.authority() == null ? null : request.authority().host();
      case "scheme" -> request.isSSL() ? "https" : "http";
      case "route_id" -> route == null ? null : route.id();
      default -> null;
    };
  }

  /** nginx writes hyphens of header names as underscores. */
  private @Nullable String header(String variable) {
    List<String> values = new ArrayList<>();
    headers.forEach(header -> {
      if (header.getKey().replace('-', '_').equals(variable)) {
        values.add(header.getValue());
      }
    });
    return values.isEmpty() ? null : String.join(", ", values);
  }

  /** Of cookies with the same name the last one counts, as in APISIX. */
  private @Nullable String cookie(String name) {
    String last = null;
    for (Cookie cookie : request.cookies(name)) {
      last = cookie.getValue();
    }
    return last;
  }
}

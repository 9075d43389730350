package io.understudy.testbed.gateway.runner;

import io.understudy.testbed.gateway.config.Variables;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * A request that the plugin runner is asked about.
 *
 * @param confKey names the route's configuration and its version; another version is prepared anew
 * @param conf the configuration: filters by name
 * @param sourceAddress the client's numeric address
 * @param method HTTP method
 * @param path decoded path
 * @param args decoded arguments, in order
 * @param headers lower-case names, in order
 * @param variables what the runner may ask back
 * @param body what the runner may ask for
 */
public record RunnerQuestion(
    String confKey,
    List<Text> conf,
    String sourceAddress,
    String method,
    String path,
    List<Text> args,
    List<Text> headers,
    Variables variables,
    Buffer body) {}

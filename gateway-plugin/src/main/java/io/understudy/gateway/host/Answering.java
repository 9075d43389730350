package io.understudy.gateway.host;

import io.understudy.gateway.filter.UnderstudyFilter;
import java.util.List;
import java.util.Map;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all connections share: the filter, the known configurations, the clocks and the counters.
 */
final class Answering {
  private static final Logger log = LoggerFactory.getLogger(Answering.class);

  private final PluginFilterChain chain;
  private final ConfTokens tokens;
  private final ConfAudit audit;
  private final Sources sources;
  private final FrameCounts counts;

  Answering(UnderstudyFilter filter, ConfTokens tokens, Sources sources, FrameCounts counts) {
    this.chain = new PluginFilterChain(List.of(filter));
    this.tokens = tokens;
    this.audit = ConfAudit.start(tokens, filter);
    this.sources = sources;
    this.counts = counts;
  }

  long prepare(String key, Map<String, String> values) {
    return tokens.prepare(key, values, sources.wallMillis().getAsLong());
  }

  @Nullable PreparedConf conf(long token) {
    return tokens.find(token, sources.wallMillis().getAsLong());
  }

  /**
   * Runs the filters; returns whether they came to an end. What a filter gets wrong is this
   * request's loss alone, and the gateway degrades as its route says.
   *
   * @throws MalformedFrameException if the request cannot be read
   */
  boolean filter(RequestView request, RewriteAnswer answer) {
    try {
      chain.filter(request, answer);
      return true;
    } catch (MalformedFrameException e) {
      throw e;
    } catch (RuntimeException e) {
      log.error("request: REFUSED cause=a filter failed; report this", e);
      return false;
    }
  }

  long nanos() {
    return sources.nanos().getAsLong();
  }

  FrameCounts counts() {
    return counts;
  }

  void close() {
    audit.close();
  }
}

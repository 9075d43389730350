package io.understudy.gateway.host;

import io.understudy.gateway.filter.UnderstudyFilter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator about routes whose configuration does not work, once when it starts and once
 * when it ends. A problem counts when two reviews in a row have found it, because a route and the
 * plan of its service may be published in either order. A thread of its own does it, because
 * logging may block.
 */
final class ConfAudit implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConfAudit.class);

  private static final long REVIEW_NANOS = 500_000_000;

  private final ConfTokens tokens;
  private final UnderstudyFilter filter;
  private final Thread thread;

  private Map<String, String> foundBefore = Map.of();
  private Map<String, String> reported = Map.of();
  private volatile boolean closing;

  private ConfAudit(ConfTokens tokens, UnderstudyFilter filter) {
    this.tokens = tokens;
    this.filter = filter;
    this.thread = Thread.ofPlatform().daemon().name("understudy-confs").unstarted(this::run);
  }

  static ConfAudit start(ConfTokens tokens, UnderstudyFilter filter) {
    ConfAudit audit = new ConfAudit(tokens, filter);
    audit.thread.start();
    return audit;
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closing) {
      review();
      LockSupport.parkNanos(REVIEW_NANOS);
    }
  }

  private void review() {
    Map<String, String> found = new HashMap<>();
    for (PreparedConf conf : tokens.all()) {
      String text = conf.values().getOrDefault(UnderstudyFilter.NAME, "");
      filter.problem(text).ifPresent(problem -> found.put(conf.key(), problem));
    }
    Map<String, String> lasting = new HashMap<>(found);
    lasting.entrySet().removeIf(entry -> !entry.getValue().equals(foundBefore.get(entry.getKey())));
    foundBefore = found;
    report(lasting);
  }

  private void report(Map<String, String> lasting) {
    lasting.forEach(this::reportNew);
    reported.keySet().stream()
        .filter(key -> !lasting.containsKey(key))
        .forEach(key -> log.info("conf {}: REFUSED -> USED", key));
    reported = lasting;
  }

  private void reportNew(String key, String problem) {
    if (!problem.equals(reported.get(key))) {
      log.error(
          "conf {}: -> REFUSED cause={}; until then all its requests go to the primary",
          key,
          problem);
    }
  }
}

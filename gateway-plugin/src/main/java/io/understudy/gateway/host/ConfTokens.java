package io.understudy.gateway.host;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the gateway's configurations by token. Lookups, one per request from every event loop,
 * read an immutable table; preparing, once per route and change, replaces it.
 *
 * <p>Tokens are random, so that a token from before a restart is unknown rather than another
 * route's.
 */
final class ConfTokens {
  private static final long TOKEN_MAX = 0xffff_ffffL;
  private static final Comparator<PreparedConf> BY_AGE =
      Comparator.comparingLong(PreparedConf::preparedAtMillis);

  private final int confsMax;
  private final long expiryMillis;
  private final LongSupplier random;
  private final AtomicReference<Table> table = new AtomicReference<>(Table.EMPTY);

  /** The same configurations by token and by key; never changed once published. */
  private record Table(Map<Long, PreparedConf> byToken, Map<String, PreparedConf> byKey) {
    private static final Table EMPTY = new Table(Map.of(), Map.of());
  }

  ConfTokens(int confsMax, Duration expiry, LongSupplier random) {
    this.confsMax = confsMax;
    this.expiryMillis = expiry.toMillis();
    this.random = random;
  }

  /** Remembers a configuration; the same key gets the same token for as long as it is known. */
  long prepare(String key, Map<String, String> values, long nowMillis) {
    Table next = table.updateAndGet(before -> with(before, key, values, nowMillis));
    PreparedConf conf = next.byKey().get(key);
    if (conf == null) {
      throw new AssertionError("just prepared " + key);
    }
    return conf.token();
  }

  /** The configuration of a token, or null if it is unknown or expired. */
  @Nullable PreparedConf find(long token, long nowMillis) {
    PreparedConf conf = table().byToken().get(token);
    return conf == null || isExpired(conf, nowMillis) ? null : conf;
  }

  Collection<PreparedConf> all() {
    return table().byKey().values();
  }

  private Table table() {
    return requireNonNull(table.get());
  }

  private Table with(Table before, String key, Map<String, String> values, long nowMillis) {
    Map<Long, PreparedConf> byToken = new HashMap<>(before.byToken());
    Map<String, PreparedConf> byKey = new HashMap<>(before.byKey());
    PreparedConf known = byKey.remove(key);
    byToken.values().removeIf(conf -> conf.key().equals(key) || isExpired(conf, nowMillis));
    byKey.values().removeIf(conf -> isExpired(conf, nowMillis));
    if (byKey.size() >= confsMax) {
      byKey.values().stream()
          .min(BY_AGE)
          .ifPresent(oldest -> {
            byKey.remove(oldest.key());
            byToken.remove(oldest.token());
          });
    }
    long token = known == null ? unusedToken(byToken) : known.token();
    PreparedConf conf = new PreparedConf(key, Map.copyOf(values), token, nowMillis);
    byToken.put(token, conf);
    byKey.put(key, conf);
    return new Table(byToken, byKey);
  }

  private long unusedToken(Map<Long, PreparedConf> byToken) {
    long token = random.getAsLong() & TOKEN_MAX;
    while (token == 0 || byToken.containsKey(token)) {
      token = random.getAsLong() & TOKEN_MAX;
    }
    return token;
  }

  private boolean isExpired(PreparedConf conf, long nowMillis) {
    return nowMillis - conf.preparedAtMillis() > expiryMillis;
  }
}

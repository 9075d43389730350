package io.understudy.testbed.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text files beside this class, with {@code ${name}} in the places that differ between runs. */
final class ConfigText {
  private static final Pattern PLACE = Pattern.compile("\\$\\{([a-zA-Z.-]+)}");

  private ConfigText() {}

  /** The file {@code understudy.yaml} of a run. */
  static String understudy(Layout layout, Secrets secrets) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (Layout.Endpoint endpoint : layout.endpoints()) {
      values.put(endpoint.name() + ".app", "" + endpoint.app());
      values.put(endpoint.name() + ".database", "" + endpoint.database());
      values.put(endpoint.name() + ".daemon", "" + endpoint.daemon());
    }
    values.put("control", layout.control().toString());
    values.put("endpointToken", secrets.endpointToken().toString());
    values.put("hazelcast", "127.0.0.1:" + layout.hazelcast());
    values.put("daemon", "127.0.0.1:" + layout.daemon());
    values.put("risk", "127.0.0.1:" + layout.risk());
    values.put("gatewayAdmin", "http://127.0.0.1:" + layout.gatewayAdmin());
    values.put("gatewayKey", secrets.gatewayKey().toString());
    values.put("tokens", secrets.daemonTokens().toString());
    values.put("state", layout.folder().room("daemon").resolve("state").toString());
    return fill(read("understudy.yaml"), values);
  }

  /**
   * The file of one endpoint's daemon.
   *
   * @param folder of what it keeps
   */
  static String endpoint(Layout layout, Layout.Endpoint self, Path folder, Secrets secrets)
      throws IOException {
    Map<String, String> values = new HashMap<>();
    for (Layout.Endpoint endpoint : layout.endpoints()) {
      values.put(endpoint.name() + ".wire", "" + endpoint.wire());
      values.put(endpoint.name() + ".database", "" + endpoint.database());
    }
    values.put("self", self.name());
    values.put("api", "" + self.daemon());
    values.put("folder", folder.toString());
    values.put("control", layout.control().toString());
    values.put("certificates", layout.folder().room("certificates").toString());
    values.put("tokens", secrets.endpointTokens().toString());
    return fill(read("endpoint.yaml"), values);
  }

  /** The statements of {@code orders.sql}, one per element. */
  static List<String> schema() throws IOException {
    return read("orders.sql")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("--"))
        .toList();
  }

  /**
   * Puts values into places.
   *
   * @throws IllegalArgumentException naming a place without a value
   */
  static String fill(String template, Map<String, String> values) {
    Matcher places = PLACE.matcher(template);
    return places.replaceAll(place -> {
      String value = values.get(place.group(1));
      if (value == null) {
        throw new IllegalArgumentException("nothing is known for " + place.group());
      }
      return Matcher.quoteReplacement(value);
    });
  }

  private static String read(String name) throws IOException {
    try (InputStream in = ConfigText.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing beside " + ConfigText.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

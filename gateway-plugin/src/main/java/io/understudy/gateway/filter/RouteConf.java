package io.understudy.gateway.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.understudy.model.Names;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a route tells the plugin: {@code {"service":"orders"}}.
 *
 * @param service name of the service behind the route
 */
record RouteConf(String service) {
  private static final String REMEDY = "; write {\"service\":\"<name>\"}";
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Reads the value of the route's {@code understudy} entry.
   *
   * @throws IllegalArgumentException saying what is wrong and what would be right
   */
  static RouteConf parse(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("the conf is empty" + REMEDY);
    }
    try (JsonParser json = JSON.createParser(text)) {
      String service = service(json);
      if (service == null) {
        throw new IllegalArgumentException("key 'service' is missing" + REMEDY);
      }
      return new RouteConf(Names.require("service", service));
    } catch (IOException e) {
      throw new IllegalArgumentException("'" + text + "' is not valid JSON" + REMEDY, e);
    }
  }

  private static @Nullable String service(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException("the conf is not a JSON object" + REMEDY);
    }
    String service = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      if (!key.equals("service")) {
        throw new IllegalArgumentException("unknown key '" + key + "'" + REMEDY);
      }
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw new IllegalArgumentException("key 'service' is not a string" + REMEDY);
      }
      service = json.getText();
    }
    if (json.nextToken() != null) {
      throw new IllegalArgumentException("there is text after the JSON object" + REMEDY);
    }
    return service;
  }
}

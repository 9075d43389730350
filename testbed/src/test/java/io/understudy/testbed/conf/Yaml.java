package io.understudy.testbed.conf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A value in a YAML file.
 *
 * @param value a map, a list or a scalar; null if absent
 */
record Yaml(@Nullable Object value) {

  static Yaml parse(String text) {
    return new Yaml(
        new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build()).loadFromString(text));
  }

  static Yaml read(String path) {
    return parse(Project.text(path));
  }

  /** What stands at a path of keys; absent if any of them is. */
  Yaml at(String... keys) {
    Object here = value;
    for (String key : keys) {
      here = here instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return new Yaml(here);
  }

  boolean isPresent() {
    return value != null;
  }

  String text() {
    if (value == null) {
      throw new AssertionError("nothing is here");
    }
    return value.toString();
  }

  /** Items of a list; none if absent. */
  List<Yaml> items() {
    return value instanceof List<?> list ? list.stream().map(Yaml::new).toList() : List.of();
  }

  /** Items of a list, or the keys of a mapping: compose files use both for the same. */
  List<String> names() {
    return value instanceof Map<?, ?> map
        ? map.keySet().stream().map(String::valueOf).toList()
        : items().stream().map(Yaml::text).toList();
  }

  Map<String, Yaml> entries() {
    return value instanceof Map<?, ?> map
        ? map.entrySet().stream()
            .collect(Collectors.toMap(e -> String.valueOf(e.getKey()), e -> new Yaml(e.getValue())))
        : Map.of();
  }

  Set<String> keys() {
    return entries().keySet();
  }
}

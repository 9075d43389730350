package io.understudy.testbed.gateway.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One JSON object being read: each question names its key, and so does each refusal. */
public final class Fields {
  private final String path;
  private final Map<?, ?> values;
  private final Set<String> known = new HashSet<>();

  private Fields(String path, Map<?, ?> values) {
    this.path = path;
    this.values = values;
  }

  public static Fields of(Map<String, ?> object) {
    return new Fields("", object);
  }

  static Fields of(String path, @Nullable Object value) {
    if (value instanceof Map<?, ?> object) {
      return new Fields(path + ".", object);
    }
    throw InvalidObjectException.at(path, "wrong type: expected object, got " + kind(value));
  }

  String path(String key) {
    return path + key;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  @Nullable Object raw(String key) {
    known.add(key);
    return values.get(key);
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(typed(key, String.class, "string"));
  }

  String requiredText(String key) {
    return text(key).orElseThrow(() -> InvalidObjectException.at(path + key, "is required"));
  }

  boolean flag(String key, boolean otherwise) {
    Boolean value = typed(key, Boolean.class, "boolean");
    return value == null ? otherwise : value;
  }

  /** A whole number from {@code least} up. */
  int integer(String key, int otherwise, int least) {
    Number value = typed(key, Number.class, "integer");
    if (value == null) {
      return otherwise;
    }
    if (value.doubleValue() != value.intValue()) {
      throw InvalidObjectException.at(path + key, "wrong type: expected integer, got number");
    }
    if (value.intValue() < least) {
      throw InvalidObjectException.at(path + key, "expected " + value + " to be at least " + least);
    }
    return value.intValue();
  }

  /** Seconds, fractions allowed, as milliseconds. */
  long seconds(String key, double otherwise) {
    Number value = typed(key, Number.class, "number");
    double seconds = value == null ? otherwise : value.doubleValue();
    if (!(seconds >= 0)) {
      throw InvalidObjectException.at(path + key, "expected " + seconds + " to be at least 0");
    }
    return Math.round(seconds * 1000);
  }

  List<?> list(String key) {
    List<?> value = typed(key, List.class, "array");
    return value == null ? List.of() : value;
  }

  List<String> texts(String key) {
    return list(key).stream().map(value -> elementText(key, value)).toList();
  }

  Set<Integer> integers(String key, Set<Integer> otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    Set<Integer> numbers = new HashSet<>();
    for (Object value : list(key)) {
      if (!(value instanceof Integer number)) {
        throw InvalidObjectException.at(
            path + key, "wrong type: expected integer, got " + kind(value));
      }
      numbers.add(number);
    }
    return Set.copyOf(numbers);
  }

  Optional<Fields> object(String key) {
    Object value = raw(key);
    return value == null ? Optional.empty() : Optional.of(of(path + key, value));
  }

  /** The object under {@code key}, empty when there is none. */
  Fields objectOrEmpty(String key) {
    return object(key).orElseGet(() -> new Fields(path + key + ".", Map.of()));
  }

  /** Reads each element of an array of objects. */
  void eachObject(String key, Consumer<Fields> reader) {
    List<?> elements = list(key);
    for (int i = 0; i < elements.size(); i++) {
      reader.accept(of(path + key + "." + i, elements.get(i)));
    }
  }

  /** Reads an object of free keys, each with a text. */
  void eachText(BiConsumer<String, String> reader) {
    for (Object key : values.keySet()) {
      reader.accept(String.valueOf(key), requiredText(String.valueOf(key)));
    }
  }

  /** Keys that carry no meaning for the gateway. */
  Fields ignoring(String... keys) {
    known.addAll(List.of(keys));
    return this;
  }

  /** Refuses keys that nobody asked for: a misspelt key must not pass in silence. */
  void end() {
    for (Object key : values.keySet()) {
      if (!known.contains(String.valueOf(key))) {
        throw InvalidObjectException.at(
            path + key, "additional properties forbidden, found " + key);
      }
    }
  }

  private <T> @Nullable T typed(String key, Class<T> type, String name) {
    Object value = raw(key);
    if (value == null || type.isInstance(value)) {
      return type.cast(value);
    }
    throw InvalidObjectException.at(
        path + key, "wrong type: expected " + name + ", got " + kind(value));
  }

  private String elementText(String key, @Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw InvalidObjectException.at(path + key, "wrong type: expected string, got " + kind(value));
  }

  static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String ignored -> "string";
      case Number ignored -> "number";
      case Boolean ignored -> "boolean";
      case List<?> ignored -> "array";
      default -> "object";
    };
  }
}

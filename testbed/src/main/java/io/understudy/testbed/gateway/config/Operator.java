package io.understudy.testbed.gateway.config;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The comparison operators of lua-resty-expr that the gateway knows. Numbers compare as Lua's
 * {@code tonumber} reads them: a variable that is absent or not a number compares false.
 */
enum Operator {
  EQUAL("=="),
  DIFFERENT("~="),
  LESS("<"),
  LESS_OR_EQUAL("<="),
  GREATER(">"),
  GREATER_OR_EQUAL(">="),
  MATCHES("~~"),
  MATCHES_IGNORING_CASE("~*"),
  IN("in");

  private final String symbol;

  Operator(String symbol) {
    this.symbol = symbol;
  }

  /** An operator with its right side. */
  @FunctionalInterface
  interface Test {
    boolean holds(@Nullable String variable);
  }

  static Operator parse(String key, @Nullable Object symbol) {
    for (Operator operator : values()) {
      if (operator.symbol.equals(symbol)) {
        return operator;
      }
    }
    throw InvalidObjectException.at(key, "invalid operator '" + symbol + "'");
  }

  Test against(String key, @Nullable Object constant) {
    return switch (this) {
      case EQUAL -> equal(constant);
      case DIFFERENT -> {
        Test equal = equal(constant);
        yield variable -> !equal.holds(variable);
      }
      case LESS -> numeric(key, constant, order -> order < 0);
      case LESS_OR_EQUAL -> numeric(key, constant, order -> order <= 0);
      case GREATER -> numeric(key, constant, order -> order > 0);
      case GREATER_OR_EQUAL -> numeric(key, constant, order -> order >= 0);
      case MATCHES -> matches(key, constant, 0);
      case MATCHES_IGNORING_CASE -> matches(key, constant, Pattern.CASE_INSENSITIVE);
      case IN -> in(key, constant);
    };
  }

  private static Test equal(@Nullable Object constant) {
    if (constant instanceof Number number) {
      return holding(value -> value == number.doubleValue());
    }
    String text = constant == null ? null : constant.toString();
    return variable -> text == null ? variable == null : text.equals(variable);
  }

  private static Test numeric(String key, @Nullable Object constant, IntPredicate accepted) {
    double right = number(key, constant);
    return holding(value -> accepted.test(Double.compare(value, right)));
  }

  private static double number(String key, @Nullable Object constant) {
    OptionalDouble value =
        switch (constant) {
          case Number number -> OptionalDouble.of(number.doubleValue());
          case String text -> luaNumber(text);
          case null, default -> OptionalDouble.empty();
        };
    return value.orElseThrow(
        () -> InvalidObjectException.at(key, "'" + constant + "' is not a number"));
  }

  private static Test holding(DoublePredicate predicate) {
    return variable -> {
      OptionalDouble number = luaNumber(variable);
      return number.isPresent() && predicate.test(number.getAsDouble());
    };
  }

  private static Test matches(String key, @Nullable Object constant, int flags) {
    if (!(constant instanceof String regex)) {
      throw InvalidObjectException.at(key, "'" + constant + "' is not a regular expression");
    }
    try {
      Pattern pattern = Pattern.compile(regex, flags);
      return variable -> variable != null && pattern.matcher(variable).find();
    } catch (PatternSyntaxException e) {
      throw InvalidObjectException.at(
          key, "'" + regex + "' is not a regular expression: " + e.getDescription());
    }
  }

  private static Test in(String key, @Nullable Object constant) {
    if (!(constant instanceof List<?> list)) {
      throw InvalidObjectException.at(key, "the right side of 'in' is not an array");
    }
    Set<String> members = new HashSet<>();
    list.forEach(member -> members.add(String.valueOf(member)));
    return variable -> variable != null && members.contains(variable);
  }

  /** Decimal or hexadecimal with white space around, as Lua reads it; empty for anything else. */
  private static OptionalDouble luaNumber(@Nullable String text) {
    if (text == null) {
      return OptionalDouble.empty();
    }
    String trimmed = text.strip();
    if (HEXADECIMAL.matcher(trimmed).matches()) {
      return OptionalDouble.of((double) Long.parseUnsignedLong(trimmed.substring(2), 16));
    }
    return DECIMAL.matcher(trimmed).matches()
        ? OptionalDouble.of(Double.parseDouble(trimmed))
        : OptionalDouble.empty();
  }

  private static final Pattern HEXADECIMAL = Pattern.compile("0[xX][0-9a-fA-F]{1,15}");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?");
}

package io.understudy.testbed.gateway.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a request in the language of lua-resty-expr: {@code [variable, operator, value]},
 * {@code [variable, "!", operator, value]}, and lists of these, joined by AND unless the list
 * starts with {@code OR}, {@code !AND} or {@code !OR}.
 */
public sealed interface Expression {
  boolean holds(Variables request);

  /** Every part holds; true when there are none. */
  record All(List<Expression> parts) implements Expression {
    @Override
    public boolean holds(Variables request) {
      return parts.stream().allMatch(part -> part.holds(request));
    }
  }

  /** Some part holds; false when there are none. */
  record Any(List<Expression> parts) implements Expression {
    @Override
    public boolean holds(Variables request) {
      return parts.stream().anyMatch(part -> part.holds(request));
    }
  }

  /** The inner expression does not hold. */
  record Not(Expression inner) implements Expression {
    @Override
    public boolean holds(Variables request) {
      return !inner.holds(request);
    }
  }

  /** A variable of the request compared with a constant. */
  record Comparison(String variable, Operator.Test test) implements Expression {
    @Override
    public boolean holds(Variables request) {
      return test.holds(request.value(variable));
    }
  }

  /**
   * Reads an expression.
   *
   * @param key where it stands, for the message
   * @throws InvalidObjectException if it is not one
   */
  static Expression parse(String key, @Nullable Object json) {
    if (!(json instanceof List<?> list)) {
      throw InvalidObjectException.at(key, "wrong type: expected array, got " + Fields.kind(json));
    }
    if (list.isEmpty() || list.getFirst() instanceof List<?>) {
      return new All(parseEach(key, list));
    }
    return switch (String.valueOf(list.getFirst())) {
      case "AND" -> new All(parseEach(key, tail(list)));
      case "OR" -> new Any(parseEach(key, tail(list)));
      case "!AND" -> new Not(new All(parseEach(key, tail(list))));
      case "!OR" -> new Not(new Any(parseEach(key, tail(list))));
      default -> parseComparison(key, list);
    };
  }

  private static List<Expression> parseEach(String key, List<?> list) {
    List<Expression> parts = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      parts.add(parse(key + "." + i, list.get(i)));
    }
    return List.copyOf(parts);
  }

  private static Expression parseComparison(String key, List<?> list) {
    boolean negated = list.size() == 4 && "!".equals(list.get(1));
    if ((!negated && list.size() != 3) || !(list.getFirst() instanceof String variable)) {
      throw InvalidObjectException.at(key, list + " is not [variable, operator, value]");
    }
    Operator.Test test =
        Operator.parse(key, list.get(list.size() - 2)).against(key, list.getLast());
    Expression comparison = new Comparison(variable, test);
    return negated ? new Not(comparison) : comparison;
  }

  private static List<?> tail(List<?> list) {
    return list.subList(1, list.size());
  }
}

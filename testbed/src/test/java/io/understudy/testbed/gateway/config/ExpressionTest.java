package io.understudy.testbed.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {
  /** Expression | variable's value, "-" for absent | holds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[['x','==','beta']]                 | beta   | true",
        "[['x','==','beta']]                 | alpha  | false",
        "[['x','==','beta']]                 | -      | false",
        "[['x','==',25]]                     | 25     | true",
        "[['x','==',25]]                     | 25.0   | true",
        "[['x','==',25]]                     | x      | false",
        "[['x','~=','beta']]                 | -      | true",
        "[['x','~=','beta']]                 | beta   | false",
        "[['x','~=',25]]                     | 25     | false",
        "[['x','<',2500]]                    | 0      | true",
        "[['x','<',2500]]                    | 2499   | true",
        "[['x','<',2500]]                    | 2500   | false",
        "[['x','<',2500]]                    | -      | false",
        "[['x','<',2500]]                    | w17000 | false",
        "[['x','<',2500]]                    | ``     | false",
        "[['x','<',0]]                       | 0      | false",
        "[['x','<=',5]]                      | 5      | true",
        "[['x','>',5]]                       | 5      | false",
        "[['x','>=','5']]                    | 5      | true",
        "[['x','>',5]]                       | 0x10   | true",
        "[['x','~~','^[0-9]{1,4}$']]         | 1234   | true",
        "[['x','~~','^[0-9]{1,4}$']]         | 12345  | false",
        "[['x','~~','^[0-9]{1,4}$']]         | -      | false",
        "[['x','!','~~','^[0-9]{1,4}$']]     | -      | true",
        "[['x','!','~~','^[0-9]{1,4}$']]     | w      | true",
        "[['x','!','~~','^[0-9]{1,4}$']]     | 7      | false",
        "[['x','~*','^BETA$']]               | beta   | true",
        "[['x','in',['a','b']]]              | b      | true",
        "[['x','in',['a','b']]]              | -      | false",
        "[['x','in',[1,2]]]                  | 2      | true",
        "[['x','!','in',['a','b']]]          | c      | true",
        "[['x','>',1],['x','<',3]]           | 2      | true",
        "[['x','>',1],['x','<',3]]           | 4      | false",
        "['OR',['x','==','a'],['x','==','b']] | b     | true",
        "['OR',['x','==','a'],['x','==','b']] | c     | false",
        "['!AND',['x','>',1],['x','<',3]]    | 4      | true",
        "['!OR',['x','==','a'],['x','==','b']] | b    | false",
        "[['OR',['x','==','a'],['x','==','b']],['x','~=','a']] | b | true",
        "[]                                  | -      | true",
      })
  void holdsAsInLuaRestyExpr(String expression, String value, boolean holds) {
    Expression parsed =
        Expression.parse("vars", new JsonArray(expression.replace('\'', '"')).getList());
    assertThat(parsed.holds(name -> value.equals("-") ? null : value)).isEqualTo(holds);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[['x','has','a']]    | invalid operator 'has'",
        "[['x','<']]          | is not [variable, operator, value]",
        "[['x','<','many']]   | 'many' is not a number",
        "[['x','~~','(']]     | is not a regular expression",
        "[['x','in','a']]     | is not an array",
        "[[7,'==','a']]       | is not [variable, operator, value]",
      })
  void isRefusedWithItsPlace(String expression, String reason) {
    assertThatThrownBy(
            () -> Expression.parse("vars", new JsonArray(expression.replace('\'', '"')).getList()))
        .isInstanceOf(InvalidObjectException.class)
        .hasMessageContaining("\"vars.0\"")
        .hasMessageContaining(reason);
  }

  @Test
  void isRefusedWhenItIsNotAnArray() {
    Map<String, Object> route =
        new JsonObject().put("uri", "/a").put("upstream_id", "u").put("vars", "x").getMap();
    assertThatThrownBy(() -> Route.parse("r", 1, route))
        .hasMessageContaining("property \"vars\" validation failed: wrong type: expected array");
  }
}

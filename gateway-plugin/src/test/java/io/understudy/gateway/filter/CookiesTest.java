package io.understudy.gateway.filter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CookiesTest {
  @Test
  void cookieIsFoundWhereverItStands() {
    assertThat(Cookies.value("us_b=1", "us_b")).isEqualTo("1");
    assertThat(Cookies.value("a=b; us_b=1", "us_b")).isEqualTo("1");
    assertThat(Cookies.value("us_b=1; a=b", "us_b")).isEqualTo("1");
    assertThat(Cookies.value("a=b;us_b=1;c=d", "us_b")).isEqualTo("1");
    assertThat(Cookies.value("us_b=\"1\"", "us_b")).isEqualTo("1");
    assertThat(Cookies.value("us_b=", "us_b")).isEmpty();
  }

  @Test
  void firstOfTwoCounts() {
    assertThat(Cookies.value("us_b=1; us_b=2", "us_b")).isEqualTo("1");
  }

  @Test
  void otherNamesAreNotMistakenForIt() {
    assertThat(Cookies.value(null, "us_b")).isNull();
    assertThat(Cookies.value("", "us_b")).isNull();
    assertThat(Cookies.value(";;; ;", "us_b")).isNull();
    assertThat(Cookies.value("xus_b=1", "us_b")).isNull();
    assertThat(Cookies.value("us_bx=1", "us_b")).isNull();
    assertThat(Cookies.value("us_b", "us_b")).isNull();
    assertThat(Cookies.value("a=us_b=1", "us_b")).isNull();
    assertThat(Cookies.value("US_B=1", "us_b")).isNull();
  }
}

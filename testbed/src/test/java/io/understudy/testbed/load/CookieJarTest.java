package io.understudy.testbed.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CookieJarTest {
  private final CookieJar jar = new CookieJar();

  @Test
  void latestValueOfACookieIsSent() {
    jar.accept("us_b=4711; Path=/; HttpOnly; SameSite=Lax");
    jar.accept("session=abc=; Path=/");
    jar.accept("us_b=w; Path=/; HttpOnly; SameSite=Lax");

    assertThat(jar.header()).isEqualTo("session=abc=; us_b=w");
  }

  @Test
  void lifetimeOfZeroRemovesTheCookie() {
    jar.accept("us_b=4711; Path=/");
    jar.accept("us_b=; Path=/; Max-Age=0");

    assertThat(jar.isEmpty()).isTrue();
  }

  @Test
  void cookieWithoutANameIsIgnored() {
    jar.accept("=4711");
    jar.accept("4711");

    assertThat(jar.isEmpty()).isTrue();
  }
}

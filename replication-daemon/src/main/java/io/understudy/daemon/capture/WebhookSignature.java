package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who posted a batch and when, as Standard Webhooks has it: HMAC-SHA256 over {@code
 * id.timestamp.body}. Source: github.com/standard-webhooks/standard-webhooks, "Signature scheme".
 *
 * @param id of the message, the same each time it is sent
 * @param timestamp when it was sent, seconds since 1970
 * @param signatures one or more of {@code v1,BASE64}, separated by spaces
 */
record WebhookSignature(String id, String timestamp, String signatures) {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String VERSION = "v1,";
  private static final String SECRET_PREFIX = "whsec_";
  private static final int KEY_BYTES_MIN = 24;
  private static final int KEY_BYTES_MAX = 64;

  /**
   * Reads keys as they are written in a file: one a line, in base64, with or without {@code
   * whsec_}. Two of them while one takes the place of the other.
   *
   * @throws IllegalArgumentException if there is none, or one is not of 24 to 64 bytes; without the
   *     key
   */
  static List<byte[]> keys(String text) {
    List<byte[]> keys =
        text.lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .map(WebhookSignature::key)
            .toList();
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there is no key, expected one a line");
    }
    return keys;
  }

  private static byte[] key(String line) {
    String encoded = line.startsWith(SECRET_PREFIX) ? line.substring(SECRET_PREFIX.length()) : line;
    byte[] key;
    try {
      key = Base64.getDecoder().decode(encoded);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a key is not base64", e);
    }
    if (key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a key has " + key.length + " bytes, not " + KEY_BYTES_MIN + ".." + KEY_BYTES_MAX);
    }
    return key;
  }

  /**
   * Why this does not prove that the body comes from somebody who knows a key; empty if it does.
   */
  Optional<String> problem(byte[] body, List<byte[]> keys, Instant now, Duration skewMax) {
    if (id.isEmpty() || timestamp.isEmpty() || signatures.isEmpty()) {
      return Optional.of(
          "webhook-id, webhook-timestamp or webhook-signature is missing; set"
              + " debezium.sink.http.authentication.type=standard-webhooks");
    }
    // All keys and signatures are tried, so that the time taken tells nothing about them.
    boolean valid = false;
    for (byte[] key : keys) {
      String expected = sign(key, body);
      for (String signature : signatures.split(" ", -1)) {
        valid |= MessageDigest.isEqual(signature.getBytes(UTF_8), expected.getBytes(UTF_8));
      }
    }
    if (!valid) {
      return Optional.of(
          "webhook-signature does not match; debezium.sink.http.authentication.webhook.secret must"
              + " be a key of the receiver's secretFile");
    }
    return lateness(now, skewMax);
  }

  /** The signature of a body with this id and timestamp. */
  String sign(byte[] key, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
      return VERSION + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + ALGORITHM, e);
    }
  }

  private Optional<String> lateness(Instant now, Duration skewMax) {
    try {
      Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now).abs();
      return age.compareTo(skewMax) <= 0
          ? Optional.empty()
          : Optional.of(
              "webhook-timestamp is more than "
                  + skewMax.toSeconds()
                  + " s away from this machine's clock; set both clocks, or it is a replay");
    } catch (RuntimeException e) {
      return Optional.of("webhook-timestamp is not a number of seconds since 1970");
    }
  }
}

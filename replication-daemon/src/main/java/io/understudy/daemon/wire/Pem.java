package io.understudy.daemon.wire;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and private keys as text (RFC 7468). */
final class Pem {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private Pem() {}

  /**
   * Every certificate in a file, at least one.
   *
   * @throws GeneralSecurityException naming the file, if there is none or one cannot be read
   */
  static List<X509Certificate> certificates(Path file, String content)
      throws GeneralSecurityException {
    List<X509Certificate> found;
    try {
      found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(content.getBytes(StandardCharsets.ISO_8859_1)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
    } catch (CertificateException e) {
      throw new GeneralSecurityException(file + " is not a PEM file of X.509 certificates", e);
    }
    if (found.isEmpty()) {
      throw new GeneralSecurityException(file + " holds no certificate");
    }
    return found;
  }

  /**
   * The one private key in a file.
   *
   * @throws GeneralSecurityException naming the file and what it should be; nothing of the key
   */
  static PrivateKey key(Path file, String content) throws GeneralSecurityException {
    Matcher text = KEY.matcher(content);
    if (!text.find()) {
      throw new GeneralSecurityException(
          file + " holds no 'BEGIN PRIVATE KEY' (PKCS #8, not encrypted)");
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(text.group(1));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException(file + " holds a key that is not Base64");
    }
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // Another algorithm's key; the next one is tried.
      }
    }
    throw new GeneralSecurityException(file + " holds no key of " + KEY_ALGORITHMS);
  }

  static String text(X509Certificate certificate) throws GeneralSecurityException {
    return text("CERTIFICATE", certificate.getEncoded());
  }

  static String text(PrivateKey key) {
    return text("PRIVATE KEY", key.getEncoded());
  }

  private static String text(String label, byte[] content) {
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return "-----BEGIN "
        + label
        + "-----\n"
        + lines.encodeToString(content)
        + "\n-----END "
        + label
        + "-----\n";
  }
}

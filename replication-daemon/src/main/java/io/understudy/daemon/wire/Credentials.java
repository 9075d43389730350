package io.understudy.daemon.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.SortedSet;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this daemon proves itself with, and whom it believes, as the files say now: they may be
 * replaced at any time, and handshakes from then on use the new ones.
 */
final class Credentials {
  private static final Logger log = LoggerFactory.getLogger(Credentials.class);
  private static final int FILE_BYTES_MAX = 1 << 20;

  /** The text of the three files. */
  private record Content(String certificate, String key, String authorities) {
    /** Without the key, wherever it may end up. */
    @Override
    public String toString() {
      return "three files";
    }
  }

  /** What one reading of the files gave. */
  record Loaded(
      List<X509Certificate> chain,
      PrivateKey key,
      List<X509Certificate> authorities,
      X509ExtendedTrustManager trust) {}

  private final String endpoint;
  private final PemFiles files;
  private final InstantSource clock;
  // One thread at a time reads the files.
  private Content seen;
  private volatile Loaded loaded;

  /**
   * Reads the files.
   *
   * @throws IOException naming the file and the remedy, if they cannot be used for this endpoint
   */
  Credentials(String endpoint, PemFiles files, InstantSource clock) throws IOException {
    this.endpoint = endpoint;
    this.files = files;
    this.clock = clock;
    this.seen = read();
    try {
      this.loaded = load(seen);
    } catch (GeneralSecurityException e) {
      throw new IOException("credentials of " + endpoint + ": " + e.getMessage(), e);
    }
    sayIfNotValid(loaded.chain().getFirst());
  }

  Loaded current() {
    return loaded;
  }

  PemFiles files() {
    return files;
  }

  /** Reads the files again; if they cannot be used, for example half replaced, nothing changes. */
  void reload() {
    try {
      Content content = read();
      if (content.equals(seen)) {
        return;
      }
      seen = content;
      loaded = load(content);
      X509Certificate own = loaded.chain().getFirst();
      log.info(
          "{}: certificate files changed, new connections use them, valid until {}",
          endpoint,
          own.getNotAfter().toInstant());
      sayIfNotValid(own);
    } catch (IOException | GeneralSecurityException e) {
      log.error(
          "{}: certificate files changed and cannot be used, the ones before stay: {}",
          endpoint,
          e.getMessage());
    }
  }

  /**
   * Looks at a peer's chain once more after the handshake: a session that TLS resumed was checked
   * with the authorities and the time of its first handshake.
   *
   * @throws CertificateException with a reason in words
   */
  void verify(X509Certificate[] chain, boolean server) throws CertificateException {
    chain[0].checkValidity(Date.from(clock.instant()));
    PeerTrust trust = new PeerTrust(this);
    if (server) {
      trust.checkServerTrusted(chain, "UNKNOWN");
    } else {
      trust.checkClientTrusted(chain, "UNKNOWN");
    }
  }

  boolean expired(X509Certificate certificate) {
    return clock.instant().isAfter(certificate.getNotAfter().toInstant());
  }

  private Content read() throws IOException {
    return new Content(read(files.certificate()), read(files.key()), read(files.authorities()));
  }

  private static String read(Path file) throws IOException {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new IOException("larger than " + FILE_BYTES_MAX + " bytes");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IOException(
          "cannot read " + file + " (" + e + "); create it with: understudy ca --out DIR NAME", e);
    }
  }

  private Loaded load(Content content) throws GeneralSecurityException {
    List<X509Certificate> chain = Pem.certificates(files.certificate(), content.certificate());
    PrivateKey key = Pem.key(files.key(), content.key());
    SortedSet<String> names = PeerNames.of(chain.getFirst());
    if (!names.contains(endpoint)) {
      throw new GeneralSecurityException(
          files.certificate() + " names " + names + ", not this endpoint '" + endpoint + "'");
    }
    if (!belong(key, chain.getFirst().getPublicKey())) {
      throw new GeneralSecurityException(
          files.key() + " is not the key of the certificate in " + files.certificate());
    }
    List<X509Certificate> authorities =
        Pem.certificates(files.authorities(), content.authorities());
    return new Loaded(chain, key, authorities, trust(authorities));
  }

  private static boolean belong(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    byte[] sample = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(sample);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(sample);
    return signature.verify(signed);
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException("an empty key store", e);
    }
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("authority-" + i, authorities.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager trust) {
        return trust;
      }
    }
    throw new GeneralSecurityException("this Java has no PKIX trust manager");
  }

  private void sayIfNotValid(X509Certificate own) {
    try {
      own.checkValidity(Date.from(clock.instant()));
    } catch (CertificateException e) {
      log.error(
          "{}: every peer will refuse {}: valid from {} to {}; renew it",
          endpoint,
          files.certificate(),
          own.getNotBefore().toInstant(),
          own.getNotAfter().toInstant());
    }
  }
}

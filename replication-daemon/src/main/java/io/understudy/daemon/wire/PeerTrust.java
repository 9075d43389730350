package io.understudy.daemon.wire;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Believes the authorities of the moment, and says in words why it does not believe a peer. */
final class PeerTrust extends X509ExtendedTrustManager {
  /** One of Java's own checks. */
  private interface Check {
    void run(X509ExtendedTrustManager trust) throws CertificateException;
  }

  private final Credentials credentials;

  PeerTrust(Credentials credentials) {
    this.credentials = credentials;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, trust -> trust.checkClientTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, trust -> trust.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, trust -> trust.checkClientTrusted(chain, type));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, trust -> trust.checkServerTrusted(chain, type));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, trust -> trust.checkClientTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, trust -> trust.checkServerTrusted(chain, type, socket));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return credentials.current().authorities().toArray(X509Certificate[]::new);
  }

  private void check(X509Certificate[] chain, Check check) throws CertificateException {
    Credentials.Loaded current = credentials.current();
    try {
      check.run(current.trust());
    } catch (CertificateException e) {
      // The cause decides which alert the peer gets.
      throw new CertificateException(
          "the certificate of "
              + PlainText.of(PeerNames.of(chain[0]).toString())
              + " "
              + reason(chain[0], current.authorities(), e),
          e.getCause() == null ? e : e.getCause());
    }
  }

  private String reason(
      X509Certificate leaf, List<X509Certificate> authorities, CertificateException otherwise) {
    try {
      leaf.checkValidity();
    } catch (CertificateExpiredException e) {
      return "expired on " + leaf.getNotAfter().toInstant() + ": renew it";
    } catch (CertificateNotYetValidException e) {
      return "is not valid before " + leaf.getNotBefore().toInstant() + ": compare the clocks";
    }
    boolean known =
        authorities.stream()
            .anyMatch(each -> each.getSubjectX500Principal().equals(leaf.getIssuerX500Principal()));
    return known
        ? "cannot be verified (" + PlainText.of(String.valueOf(otherwise.getMessage())) + ")"
        : "was issued by "
            + PlainText.of(leaf.getIssuerX500Principal().getName())
            + ", no authority of "
            + credentials.files().authorities();
  }
}

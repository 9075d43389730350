package io.understudy.daemon.wire;

import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.List;

/** What went wrong below us, in words for the log. */
final class Failure {
  private static final List<String> ABOUT_CERTIFICATES =
      List.of("certificate", "unknown_ca", "access_denied");

  private Failure() {}

  static String words(Throwable failure) {
    String alert = null;
    Throwable root = failure;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      root = at;
      String message = String.valueOf(at.getMessage());
      if (at instanceof CertificateException) {
        return message;
      }
      if (message.contains("not an SSL/TLS record")) {
        return "what came is not TLS"; // the message quotes it
      }
      int found = message.indexOf("fatal alert: ");
      if (found >= 0) {
        alert = message.substring(found + "fatal alert: ".length());
      }
    }
    if (alert != null && ABOUT_CERTIFICATES.stream().anyMatch(alert::contains)) {
      return "it refuses the certificate of this daemon (" + PlainText.of(alert) + ")";
    }
    if (root instanceof ClosedChannelException) {
      return "the other side closed the connection during the handshake";
    }
    return PlainText.of(root.getClass().getSimpleName() + ": " + root.getMessage());
  }
}

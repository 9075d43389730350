package io.understudy.daemon.wire;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Which endpoints a certificate may speak for: its DNS subject alternative names, and its common
 * name only if it has none (RFC 9525 no longer looks at the common name; certificates without
 * alternative names still exist). Names are compared as they stand, without wildcards.
 */
final class PeerNames {
  private static final int DNS = 2;

  private PeerNames() {}

  static SortedSet<String> of(X509Certificate certificate) {
    SortedSet<String> names = new TreeSet<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (Integer.valueOf(DNS).equals(alternative.getFirst())) {
            names.add(String.valueOf(alternative.get(1)).toLowerCase(Locale.ROOT));
          }
        }
      }
      return names.isEmpty() ? commonNames(certificate) : names;
    } catch (CertificateParsingException | InvalidNameException e) {
      // It names nobody then, and is refused for that.
      return new TreeSet<>();
    }
  }

  private static SortedSet<String> commonNames(X509Certificate certificate)
      throws InvalidNameException {
    SortedSet<String> names = new TreeSet<>();
    for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
      if (part.getType().equalsIgnoreCase("CN")) {
        names.add(String.valueOf(part.getValue()));
      }
    }
    return names;
  }
}

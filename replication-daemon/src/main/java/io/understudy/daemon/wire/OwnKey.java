package io.understudy.daemon.wire;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Proves this endpoint with the key of the moment. A handshake during which the files change may
 * fail, and is tried again.
 */
final class OwnKey extends X509ExtendedKeyManager {
  private static final String ALIAS = "endpoint";

  private final Credentials credentials;

  OwnKey(Credentials credentials) {
    this.credentials = credentials;
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return credentials.current().key();
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return credentials.current().chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
    return List.of(types).contains(credentials.current().key().getAlgorithm()) ? ALIAS : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String type, Principal @Nullable [] issuers, SSLEngine engine) {
    return type.equals(credentials.current().key().getAlgorithm()) ? ALIAS : null;
  }

  // Sockets without an engine are not used.

  @Override
  public @Nullable String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String type, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
    return null;
  }
}

package io.understudy.daemon.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A peer with a right certificate that says whatever a test wants. */
final class RawPeer implements AutoCloseable {
  private final SSLSocket socket;

  RawPeer(PemFiles files, int port) throws IOException, GeneralSecurityException {
    char[] password = "none".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own",
        Pem.key(files.key(), Files.readString(files.key())),
        password,
        Pem.certificates(files.certificate(), Files.readString(files.certificate()))
            .toArray(Certificate[]::new));
    store.setCertificateEntry(
        "ca",
        Pem.certificates(files.authorities(), Files.readString(files.authorities())).getFirst());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, password);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    socket.startHandshake();
  }

  RawPeer send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  RawPeer packet(long sequence, byte[] body) throws IOException {
    return send(
        ByteBuffer.allocate(PacketReader.HEAD_BYTES + body.length)
            .putInt(8 + body.length)
            .putLong(sequence)
            .put(body)
            .array());
  }

  /** A right hello. */
  RawPeer greet() throws IOException {
    return packet(1, new Hello(WireVersions.SPOKEN, "eu-a", "eu-b").encode());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

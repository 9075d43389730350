package io.understudy.daemon.capture;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;

/**
 * Makes the sockets that {@link Wakeup} wakes. The driver makes it by its name and hands it one
 * text, so the text says whose sockets these are.
 */
public final class WakeableSocketFactory extends SocketFactory {
  /** One stream's sockets; there is more than one only after a reconnection. */
  public static final class Wakeup implements AutoCloseable {
    private final String name = "stream-" + COUNT.incrementAndGet();
    private final Map<WakeableSocket, Boolean> sockets = new ConcurrentHashMap<>();

    private Wakeup() {}

    /** Value of the driver's property {@code socketFactoryArg}. */
    public String argument() {
      return name;
    }

    /** Ends the wait of whoever reads. Any thread. */
    public void wake() {
      sockets.keySet().removeIf(WakeableSocket::isClosed);
      sockets.keySet().forEach(WakeableSocket::wake);
    }

    /** Whether whoever reads waits for what it reads. */
    public void patient(boolean on) {
      sockets.keySet().forEach(socket -> socket.patient(on));
    }

    @Override
    public void close() {
      WAKEUPS.remove(name);
    }
  }

  private static final AtomicLong COUNT = new AtomicLong();
  private static final Map<String, Wakeup> WAKEUPS = new ConcurrentHashMap<>();

  private final Wakeup wakeup;

  /** Called by the driver. */
  public WakeableSocketFactory(String argument) {
    Wakeup known = WAKEUPS.get(argument);
    if (known == null) {
      throw new IllegalArgumentException("no stream is called '" + argument + "'");
    }
    this.wakeup = known;
  }

  /** For a new stream; close it when the stream has ended. */
  public static Wakeup wakeup() {
    Wakeup wakeup = new Wakeup();
    WAKEUPS.put(wakeup.name, wakeup);
    return wakeup;
  }

  @Override
  public Socket createSocket() throws IOException {
    WakeableSocket socket = new WakeableSocket();
    wakeup.sockets.put(socket, true);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    Socket socket = createSocket();
    socket.connect(new InetSocketAddress(host, port), 0);
    return socket;
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    Socket socket = createSocket();
    socket.connect(new InetSocketAddress(host, port), 0);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return createSocket(host, port);
  }
}

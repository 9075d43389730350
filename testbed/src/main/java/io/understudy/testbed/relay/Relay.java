package io.understudy.testbed.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Stands between two programs on loopback and passes bytes on, or misbehaves as the {@link Fault}
 * of the moment says. At most {@value #LINES_MAX} connections at once; further ones are reset.
 */
public final class Relay implements AutoCloseable {
  static final int LINES_MAX = 256;
  private static final Duration END_MAX = Duration.ofSeconds(5);

  private final InetSocketAddress target;
  private final LongSupplier nanos;
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private final int port;
  private volatile Fault fault = new Fault.None();
  private volatile boolean closed;
  // Changed by whoever applies faults; one thread does.
  private ServerSocket listener;
  private Thread acceptor;

  private Relay(InetSocketAddress target, LongSupplier nanos) throws IOException {
    this.target = target;
    this.nanos = nanos;
    this.listener = listen(0);
    this.port = listener.getLocalPort();
    this.acceptor = accepting(listener);
  }

  /**
   * Listens on a port of its own choice.
   *
   * @param target where connections lead
   * @param nanos a clock that never goes back, in nanoseconds
   */
  public static Relay start(InetSocketAddress target, LongSupplier nanos) throws IOException {
    return new Relay(target, nanos);
  }

  public int port() {
    return port;
  }

  /** Open connections. */
  public int connections() {
    return lines.size();
  }

  /**
   * From now on the network is like this; one thread calls it.
   *
   * @throws UncheckedIOException if it cannot end to listen, or not begin again
   */
  public void apply(Fault next) {
    Fault before = fault;
    fault = next;
    for (Line line : lines) {
      if (next instanceof Fault.Reset || next instanceof Fault.Refuse || line.torn()) {
        line.reset();
      } else if (next instanceof Fault.HalfOpen) {
        line.loseTarget();
      }
    }
    try {
      if (next instanceof Fault.Refuse) {
        listener.close();
        // The port listens until the thread in accept has noticed.
        if (!acceptor.join(END_MAX)) {
          throw new IOException("it still accepts");
        }
      } else if (before instanceof Fault.Refuse) {
        listener = listen(port);
        acceptor = accepting(listener);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("relay cannot end or begin to listen on port " + port, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public void heal() {
    apply(new Fault.None());
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    try {
      acceptor.join(END_MAX);
      for (Line line : lines) {
        line.reset();
        line.awaitEnd(END_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  Fault fault() {
    return fault;
  }

  long now() {
    return nanos.getAsLong();
  }

  void ended(Line line) {
    lines.remove(line);
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  private Thread accepting(ServerSocket socket) {
    return Thread.ofVirtual()
        .name("relay-" + socket.getLocalPort())
        .start(() -> {
          try {
            while (!closed) {
              accepted(socket.accept());
            }
          } catch (SocketException e) {
            // Closed: the relay ends, or refuses.
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void accepted(Socket client) {
    Line line = new Line(this, client);
    if (fault instanceof Fault.Reset || lines.size() >= LINES_MAX) {
      line.reset();
      return;
    }
    lines.add(line);
    line.start(target);
    if (fault instanceof Fault.Reset || fault instanceof Fault.Refuse || closed) {
      line.reset(); // it came while that began
    }
  }
}

package io.understudy.testbed.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection through the relay: two sockets and a {@link Pump} each way. */
final class Line {
  private static final Logger log = LoggerFactory.getLogger(Line.class);

  private final Relay relay;
  private final Socket client;
  private final Socket server = new Socket();
  private final AtomicInteger flowing = new AtomicInteger(2);
  private volatile boolean torn;
  private volatile boolean targetLost;
  private volatile boolean over;
  private volatile List<Thread> threads = List.of();

  Line(Relay relay, Socket client) {
    this.relay = relay;
    this.client = client;
  }

  void start(InetSocketAddress target) {
    if (relay.fault() instanceof Fault.HalfOpen) {
      loseTarget();
    } else {
      try {
        server.connect(target);
      } catch (IOException e) {
        reset();
        return;
      }
    }
    Pump to = new Pump(this, relay, new Pump.Way(client, server, Fault.Direction.TO_TARGET));
    Pump from = new Pump(this, relay, new Pump.Way(server, client, Fault.Direction.FROM_TARGET));
    threads = List.of(to.reading(), to.writing(), from.reading(), from.writing());
    threads.forEach(Thread::start);
  }

  /** Whether bytes are missing, so that it must not go on. */
  boolean torn() {
    return torn;
  }

  void tear() {
    torn = true;
  }

  /** Whether what whoever connected sends leads nowhere. */
  boolean targetLost() {
    return targetLost;
  }

  boolean over() {
    return over;
  }

  void loseTarget() {
    targetLost = true;
    torn = true;
    close(server);
  }

  /** RST both ways, as far as they are open. */
  void reset() {
    over = true;
    for (Socket socket : List.of(client, server)) {
      try {
        if (!socket.isClosed()) {
          socket.setSoLinger(true, 0);
        }
      } catch (IOException e) {
        log.debug("a socket had no time to be reset", e);
      }
      close(socket);
    }
    relay.ended(this);
  }

  /** One way has come to its end in order. */
  void halfEnded() {
    if (flowing.decrementAndGet() == 0) {
      over = true;
      close(client);
      close(server);
      relay.ended(this);
    }
  }

  void awaitEnd(Duration bound) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(bound);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("closing a socket", e);
    }
  }
}

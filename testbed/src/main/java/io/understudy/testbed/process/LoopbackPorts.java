package io.understudy.testbed.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Free loopback ports, held until the processes that will listen on them are started. They lie
 * below the range from which the kernel takes the ports of outgoing connections, so that nobody
 * gets one by chance between our release and the process's bind.
 */
public final class LoopbackPorts implements AutoCloseable {
  private static final int LOWEST = 12_000;
  private static final int HIGHEST = 32_000;
  private static final int TRIES = 1_000;

  private final RandomGenerator random;
  private final List<ServerSocket> held = new ArrayList<>();

  public LoopbackPorts(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Reserves one more port.
   *
   * @throws IOException if none is found, with the range that was tried
   */
  public int reserve() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      ServerSocket socket = new ServerSocket();
      int port = random.nextInt(LOWEST, HIGHEST);
      try {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        held.add(socket);
        return port;
      } catch (IOException taken) {
        socket.close();
      }
    }
    throw new IOException("no free loopback port found in " + LOWEST + ".." + HIGHEST);
  }

  /** Lets go of every port; call it right before the processes start. */
  public void release() throws IOException {
    for (ServerSocket socket : held) {
      socket.close();
    }
    held.clear();
  }

  @Override
  public void close() throws IOException {
    release();
  }
}

package io.understudy.daemon.capture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose reader can be woken. The driver looks for a message by a read that may take one
 * millisecond; here such a look lasts until there are bytes, until {@link #wake}, or {@link
 * #LOOK_MILLIS}, so that one thread waits for the server and for what it has to tell the server,
 * without polling for either. One thread reads and writes; any thread wakes and closes.
 */
final class WakeableSocket extends Socket {
  /** How long a look may last; the pace at which an idle stream hears of us. */
  static final int LOOK_MILLIS = 10;

  private static final int LOOK_TIMEOUT =
      1; // what the driver sets for a look, and for nothing else

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final InputStream input = new Input();
  private final OutputStream output = new Output();
  private int timeoutMillis;
  private volatile boolean patient; // the driver looks while it sends, too: that must not wait

  WakeableSocket() throws IOException {
    this.selector = Selector.open();
    this.channel = SocketChannel.open();
    channel.configureBlocking(false);
    this.key = channel.register(selector, SelectionKey.OP_CONNECT);
  }

  /** Whether looks wait from now on; at first they do not. */
  void patient(boolean on) {
    patient = on;
  }

  /** Ends the look under way, or the next one, at once. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      selector.wakeup();
    }
  }

  @Override
  public void connect(SocketAddress address, int timeout) throws IOException {
    try {
      if (!channel.connect(resolved(address))) {
        awaitConnection(timeout);
      }
      key.interestOps(SelectionKey.OP_READ);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static SocketAddress resolved(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.isUnresolved()
        ? new InetSocketAddress(inet.getHostString(), inet.getPort())
        : address;
  }

  private void awaitConnection(int timeout) throws IOException {
    await(timeout);
    if (!channel.finishConnect()) {
      throw new SocketTimeoutException("no connection within " + timeout + " ms");
    }
  }

  /** Waits for what the key is interested in; 0 is for ever, as in {@link Socket}. */
  private void await(int millis) throws IOException {
    try {
      selector.select(millis);
      selector.selectedKeys().clear();
    } catch (ClosedSelectorException e) {
      throw new SocketException("the socket is closed", e);
    }
    if (!channel.isOpen()) {
      throw new SocketException("the socket is closed");
    }
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(into, offset, length);
      int read = channel.read(buffer);
      if (read != 0 || length == 0) {
        return read;
      }
      return timeoutMillis == LOOK_TIMEOUT ? look(buffer) : waitFor(buffer);
    }

    private int look(ByteBuffer buffer) throws IOException {
      if (patient) {
        await(LOOK_MILLIS);
        woken.set(false);
      }
      int read = channel.read(buffer);
      if (read == 0) {
        throw new SocketTimeoutException("nothing yet");
      }
      return read;
    }

    private int waitFor(ByteBuffer buffer) throws IOException {
      while (true) {
        await(timeoutMillis);
        int read = channel.read(buffer);
        boolean early = woken.get();
        if (read == 0 && !early && timeoutMillis > 0) {
          throw new SocketTimeoutException("no answer within " + timeoutMillis + " ms");
        }
        if (read != 0) {
          if (early) {
            selector.wakeup(); // It was meant for the next look.
          }
          return read;
        }
        woken.set(false);
      }
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        if (channel.write(buffer) == 0) {
          key.interestOps(SelectionKey.OP_WRITE);
          await(timeoutMillis);
          key.interestOps(SelectionKey.OP_READ);
        }
      }
    }
  }

  @Override
  public InputStream getInputStream() {
    return input;
  }

  @Override
  public OutputStream getOutputStream() {
    return output;
  }

  @Override
  public void setSoTimeout(int millis) {
    timeoutMillis = millis;
  }

  @Override
  public int getSoTimeout() {
    return timeoutMillis;
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    set(() -> channel.setOption(StandardSocketOptions.TCP_NODELAY, on));
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    set(() -> channel.setOption(StandardSocketOptions.SO_KEEPALIVE, on));
  }

  @Override
  public void setSendBufferSize(int bytes) throws SocketException {
    set(() -> channel.setOption(StandardSocketOptions.SO_SNDBUF, bytes));
  }

  @Override
  public void setReceiveBufferSize(int bytes) throws SocketException {
    set(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, bytes));
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    try {
      return channel.getOption(StandardSocketOptions.SO_SNDBUF);
    } catch (IOException e) {
      throw asSocketException(e);
    }
  }

  private interface Setting {
    void apply() throws IOException;
  }

  private static void set(Setting setting) throws SocketException {
    try {
      setting.apply();
    } catch (IOException e) {
      throw asSocketException(e);
    }
  }

  private static SocketException asSocketException(IOException e) {
    return new SocketException(e.getMessage(), e);
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return getRemoteSocketAddress() instanceof InetSocketAddress inet ? inet.getAddress() : null;
  }

  @Override
  public int getPort() {
    return getRemoteSocketAddress() instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    try {
      return channel.getRemoteAddress();
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close();
  }
}

package io.understudy.gateway.host;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A Unix socket whose connections carry frames; what a frame means is the handler's business. */
public final class FrameServer implements AutoCloseable {
  /** Requests are short and never wait, so few threads serve many connections. */
  private static final int THREADS = 2;

  private final SocketFile file;
  private final EventLoopGroup loops;
  private final AtomicInteger open = new AtomicInteger();

  private FrameServer(SocketFile file, EventLoopGroup loops) {
    this.file = file;
    this.loops = loops;
  }

  /**
   * Listens.
   *
   * @param handlers makes the handler of a new connection; it receives each frame, header included,
   *     as a buffer that it must release
   * @throws SocketInUseException if the path is taken
   */
  public static FrameServer start(
      HostSettings settings, Supplier<? extends ChannelHandler> handlers) throws IOException {
    SocketFile file = SocketFile.claim(settings.socket());
    FrameServer server = new FrameServer(file, Transport.BEST.loops());
    try {
      server.bind(settings, handlers);
      file.publish(settings.mode());
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Connections open now. */
  public int connections() {
    return open.get();
  }

  @Override
  public void close() throws IOException {
    file.remove();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  private void bind(HostSettings settings, Supplier<? extends ChannelHandler> handlers) {
    new ServerBootstrap()
        .group(loops)
        .channel(Transport.BEST.channel())
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                admit(channel, settings, handlers);
              }
            })
        .bind(Transport.BEST.address(file.bindPath()))
        .syncUninterruptibly();
  }

  private void admit(
      Channel channel, HostSettings settings, Supplier<? extends ChannelHandler> handlers) {
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    if (open.incrementAndGet() > settings.connectionsMax()) {
      channel.unsafe().closeForcibly();
      return;
    }
    channel
        .pipeline()
        .addLast(new FrameDecoder(settings.frameBytesMax(), settings.frameSecondsMax()))
        .addLast(handlers.get());
  }

  /** How this platform offers Unix sockets. */
  private enum Transport {
    EPOLL {
      @Override
      EventLoopGroup loops() {
        return new MultiThreadIoEventLoopGroup(THREADS, threads(), EpollIoHandler.newFactory());
      }

      @Override
      Class<? extends ServerChannel> channel() {
        return EpollServerDomainSocketChannel.class;
      }

      @Override
      SocketAddress address(Path path) {
        return new DomainSocketAddress(path.toString());
      }
    },
    NIO {
      @Override
      EventLoopGroup loops() {
        return new MultiThreadIoEventLoopGroup(THREADS, threads(), NioIoHandler.newFactory());
      }

      @Override
      Class<? extends ServerChannel> channel() {
        return NioServerDomainSocketChannel.class;
      }

      @Override
      SocketAddress address(Path path) {
        return UnixDomainSocketAddress.of(path);
      }
    };

    private static final Transport BEST = Epoll.isAvailable() ? EPOLL : NIO;

    abstract EventLoopGroup loops();

    abstract Class<? extends ServerChannel> channel();

    abstract SocketAddress address(Path path);

    private static DefaultThreadFactory threads() {
      // Not daemons: a process that serves stays.
      return new DefaultThreadFactory("understudy-host", false);
    }
  }
}

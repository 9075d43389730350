package io.understudy.testbed.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testbed.support.Await;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RelayTest {
  private EchoServer echo;
  private Relay relay;

  @BeforeEach
  void start() throws IOException {
    echo = new EchoServer();
    relay = Relay.start(echo.address(), System::nanoTime);
  }

  @AfterEach
  void stop() throws Exception {
    relay.close();
    assertThat(relay.connections()).isZero();
    echo.close();
  }

  private Socket dial() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), relay.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Sends and reads back; returns the nanoseconds that it took. */
  private static long roundTrip(Socket socket, byte[] bytes) throws IOException {
    long begin = System.nanoTime();
    Thread.ofVirtual()
        .start(() -> {
          try {
            socket.getOutputStream().write(bytes);
          } catch (IOException e) {
            // The reader fails then.
          }
        });
    assertThat(socket.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    return System.nanoTime() - begin;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void withoutAFaultBytesPassUnalteredAndTheEndToo() throws Exception {
    try (Socket socket = dial()) {
      roundTrip(socket, random(3_000_000));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    Await.until("the line ended", () -> relay.connections() == 0);
  }

  @Test
  void delayCostsLatencyEachWayAndNotThroughput() throws Exception {
    try (Socket socket = dial()) {
      roundTrip(socket, random(10));
      relay.apply(new Fault.Delay(Duration.ofMillis(100)));
      assertThat(roundTrip(socket, random(10))).isBetween(200_000_000L, 1_500_000_000L);
      assertThat(roundTrip(socket, random(2_000_000))).isLessThan(3_000_000_000L);
      relay.heal();
      roundTrip(socket, random(1000));
    }
  }

  @Test
  void rateLimitsBytesPerSecond() throws Exception {
    relay.apply(new Fault.Rate(100_000));
    try (Socket socket = dial()) {
      assertThat(roundTrip(socket, random(50_000))).isGreaterThan(450_000_000L);
      relay.heal();
      roundTrip(socket, random(500_000));
    }
  }

  @Test
  void stallAcceptsAndPassesNothingUntilItIsOver() throws Exception {
    relay.apply(new Fault.Stall());
    try (Socket socket = dial()) {
      socket.setSoTimeout(300);
      assertThatThrownBy(() -> roundTrip(socket, random(1000)))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(echo.bytes).hasValue(0);
      relay.heal();
      socket.setSoTimeout(10_000);
      assertThat(socket.getInputStream().readNBytes(1000)).isEqualTo(random(1000));
    }
  }

  @Test
  void dropLosesOneWayAndResetsWhatLostBytesWhenItIsOver() throws Exception {
    try (Socket socket = dial();
        Socket idle = dial()) {
      roundTrip(idle, random(10));
      relay.apply(new Fault.Drop(Fault.Direction.FROM_TARGET));
      socket.setSoTimeout(300);
      assertThatThrownBy(() -> roundTrip(socket, random(1000)))
          .isInstanceOf(SocketTimeoutException.class);
      Await.until("the other way passes", () -> echo.bytes.get() == 1010);
      relay.heal();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
      roundTrip(idle, random(10));
    }
  }

  @Test
  void resetEndsOpenConnectionsAndNewOnes() throws Exception {
    try (Socket socket = dial()) {
      roundTrip(socket, random(10));
      relay.apply(new Fault.Reset());
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      Await.until("the target hears it", () -> echo.ended.get() == 1);
    }
    try (Socket socket = dial()) {
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    relay.heal();
    try (Socket socket = dial()) {
      roundTrip(socket, random(10));
    }
  }

  @Test
  void halfOpenLosesTheTargetWithoutAWord() throws Exception {
    try (Socket socket = dial()) {
      roundTrip(socket, random(10));
      relay.apply(new Fault.HalfOpen());
      Await.until("the target's side ended", () -> echo.ended.get() == 1);
      socket.setSoTimeout(300);
      assertThatThrownBy(() -> roundTrip(socket, random(10)))
          .isInstanceOf(SocketTimeoutException.class);
      try (Socket another = dial()) {
        another.setSoTimeout(300);
        assertThatThrownBy(() -> roundTrip(another, random(10)))
            .isInstanceOf(SocketTimeoutException.class);
      }
      relay.heal();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    try (Socket socket = dial()) {
      roundTrip(socket, random(10));
    }
  }

  @Test
  void refuseResetsAndListensNoMoreUntilItIsOver() throws Exception {
    try (Socket socket = dial()) {
      roundTrip(socket, random(10));
      relay.apply(new Fault.Refuse());
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    assertThatThrownBy(() -> dial().close()).isInstanceOf(ConnectException.class);
    relay.heal();
    try (Socket socket = dial()) {
      roundTrip(socket, random(10));
    }
  }
}

package io.understudy.daemon.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PacketReaderTest {
  private static final long SEED = Long.getLong("wire.seed", 20_260_712L);
  private static final int BODY_MAX = 100_000;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

  private static byte[] packet(long sequence, byte[] body) {
    return ByteBuffer.allocate(PacketReader.HEAD_BYTES + body.length)
        .putInt(8 + body.length)
        .putLong(sequence)
        .put(body)
        .array();
  }

  @Test
  void packetsAreTheSameHoweverTheStreamIsCut() throws WireException {
    for (int round = 0; round < 200; round++) {
      List<byte[]> sent = new ArrayList<>();
      ByteBuffer stream = ByteBuffer.allocate(2_000_000);
      for (int i = 1; i <= 10; i++) {
        byte[] body = new byte[random.nextInt(3) == 0 ? random.nextInt(1, BODY_MAX) : 1 + i];
        random.nextBytes(body);
        sent.add(body);
        stream.put(packet(i, body));
      }
      stream.flip();
      List<byte[]> taken = new ArrayList<>();
      PacketReader reader = new PacketReader(BODY_MAX);
      int pieceMax = 1 << random.nextInt(18);
      while (stream.hasRemaining()) {
        byte[] piece = new byte[Math.min(stream.remaining(), random.nextInt(1, pieceMax + 1))];
        stream.get(piece);
        reader.read(ByteBuffer.wrap(piece), body -> taken.add(bytes(body)));
      }
      assertThat(taken)
          .as("seed %d round %d", SEED, round)
          .usingElementComparator(java.util.Arrays::compare)
          .isEqualTo(sent);
    }
  }

  @Test
  void aPacketThatComesTwiceOrNotAtAllIsNoticed() throws WireException {
    PacketReader repeated = new PacketReader(BODY_MAX);
    repeated.read(ByteBuffer.wrap(packet(1, new byte[1])), _ -> {});
    assertThatThrownBy(() -> repeated.read(ByteBuffer.wrap(packet(1, new byte[1])), _ -> {}))
        .isInstanceOf(WireException.class)
        .hasMessage("packet 1 where 2 is due: repeated or lost");
    assertThatThrownBy(
            () -> new PacketReader(9).read(ByteBuffer.wrap(packet(2, new byte[1])), _ -> {}))
        .isInstanceOf(WireException.class);
  }

  @Test
  void aLengthOutOfBoundsIsRefusedBeforeAnythingIsAllocated() {
    for (int length : List.of(-1, 0, 8, 8 + BODY_MAX + 1, Integer.MAX_VALUE, Integer.MIN_VALUE)) {
      ByteBuffer head = ByteBuffer.allocate(12).putInt(length).putLong(1).flip();
      assertThatThrownBy(() -> new PacketReader(BODY_MAX).read(head, _ -> {}))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("where 1..100000 are allowed");
    }
  }

  @Test
  void randomBytesAreRefusedOrWaitedFor() {
    for (int round = 0; round < 100_000; round++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      try {
        new PacketReader(BODY_MAX).read(ByteBuffer.wrap(bytes), _ -> {});
        assertThat(bytes.length).as("seed %d round %d", SEED, round).isLessThan(12);
      } catch (WireException e) {
        assertThat(bytes.length).isGreaterThanOrEqualTo(12);
      }
    }
  }

  private static byte[] bytes(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }
}

package io.understudy.daemon.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.journal.ContentHash;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WireCodecTest {
  private static final long SEED = Long.getLong("wire.seed", 20_260_711L);
  private static final int ROUNDS = 20_000;
  private static final int BYTES_MAX = 1 << 16;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
  private final RandomParcels parcels = new RandomParcels(random, 200);
  private final WireCodec codec = new WireCodec(BYTES_MAX);

  @Test
  void everyMessageComesBackAsItWas() throws WireException {
    Set<Class<?>> kinds = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      Parcel parcel = parcels.next();
      kinds.add(parcel.message().getClass());
      Parcel read = codec.decode(ByteBuffer.wrap(codec.encode(parcel)));
      assertThat(read.message()).as("seed %d round %d", SEED, round).isEqualTo(parcel.message());
      assertThat(read.contents()).hasSameSizeAs(parcel.contents());
      for (int i = 0; i < read.contents().size(); i++) {
        assertThat(read.contents().get(i)).isEqualTo(parcel.contents().get(i));
      }
    }
    assertThat(kinds).hasSize(RandomParcels.KINDS).hasSize(leaves(Message.class));
  }

  private static int leaves(Class<?> type) {
    Class<?>[] under = type.getPermittedSubclasses();
    return under == null ? 1 : Arrays.stream(under).mapToInt(WireCodecTest::leaves).sum();
  }

  @Test
  void everyTruncatedMessageIsRefused() {
    for (int kind = 0; kind < RandomParcels.KINDS; kind++) {
      byte[] whole = codec.encode(parcels.next(kind));
      for (int length = 0; length < whole.length; length++) {
        ByteBuffer part = ByteBuffer.wrap(whole, 0, length).slice();
        assertThatThrownBy(() -> codec.decode(part)).isInstanceOf(WireException.class);
      }
    }
  }

  @Test
  void aFlippedBitIsRefusedOrMakesAnotherMessageThatCouldHaveBeenSent() throws WireException {
    for (int round = 0; round < 10 * RandomParcels.KINDS; round++) {
      byte[] whole = codec.encode(parcels.next(round % RandomParcels.KINDS));
      for (int bit = 0; bit < 8 * whole.length; bit++) {
        byte[] flipped = whole.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        Parcel read = readOrNone(flipped);
        if (read != null) {
          assertThat(codec.encode(read)).as("seed %d bit %d", SEED, bit).isEqualTo(flipped);
        }
      }
    }
  }

  @Test
  void randomBytesAreRefusedOrAreAMessage() throws WireException {
    int refused = 0;
    for (int round = 0; round < 10 * ROUNDS; round++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[0] = (byte) (16 + random.nextInt(40)); // most kinds are none
      }
      Parcel read = readOrNone(bytes);
      if (read == null) {
        refused++;
      } else {
        assertThat(codec.encode(read)).as("seed %d round %d", SEED, round).isEqualTo(bytes);
      }
    }
    assertThat(refused).isGreaterThan(9 * ROUNDS);
  }

  /** Anything but the one exception fails the test. */
  @SuppressWarnings("NullAway")
  private Parcel readOrNone(byte[] bytes) {
    try {
      return codec.decode(ByteBuffer.wrap(bytes));
    } catch (WireException e) {
      return null;
    }
  }

  @Test
  void contentThatIsNotWhatItsFrameSaysIsRefusedAndNotQuoted() {
    byte[] content = "a secret of row 17".getBytes(StandardCharsets.UTF_8);
    byte[] whole = codec.encode(batch(content));
    int at = indexOf(whole, content);
    for (int i = 0; i < content.length; i++) {
      byte[] wrong = whole.clone();
      wrong[at + i] ^= 1;
      assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(wrong)))
          .isInstanceOf(WireException.class)
          .hasMessage("the content of frame 1:0/7 has another digest");
    }
  }

  @Test
  void framesThatDoNotAscendAreRefused() {
    List<byte[]> contents = List.of(new byte[0], new byte[0]);
    Frame frame = new Frame(new Position(1, new Lsn(7)), ContentHash.digest(new byte[0]));
    Message twice = new Message.Batch(1, Tip.NONE, List.of(frame, frame), Position.NONE);
    assertThatThrownBy(
            () -> codec.decode(ByteBuffer.wrap(codec.encode(new Parcel(twice, contents)))))
        .isInstanceOf(WireException.class)
        .hasMessage("frame 1:0/7 does not follow 1:0/7");
  }

  @Test
  void aCountIsComparedWithTheBytesThatAreThere() {
    byte[] whole = codec.encode(batch(new byte[0]));
    ByteBuffer.wrap(whole).putInt(1 + 8 + 24 + 16, Integer.MAX_VALUE);
    assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(whole)))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("2147483647 frames are more than 65536");
  }

  @Test
  void whatIsLargerThanTheBoundIsNeitherWrittenNorRead() {
    Parcel large = batch(new byte[BYTES_MAX]);
    assertThatThrownBy(() -> codec.encode(large)).isInstanceOf(IllegalArgumentException.class);
    byte[] bytes = new WireCodec(2 * BYTES_MAX).encode(large);
    assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(bytes)))
        .isInstanceOf(WireException.class);
    List<Frame> frames = new ArrayList<>();
    for (int i = 1; i <= WireLimits.FRAMES_MAX + 1; i++) {
      frames.add(new Frame(new Position(1, new Lsn(i)), 0));
    }
    List<byte[]> nothing = Collections.nCopies(frames.size(), new byte[0]);
    Parcel many = new Parcel(new Message.Batch(1, Tip.NONE, frames, Position.NONE), nothing);
    assertThatThrownBy(() -> new WireCodec(1 << 26).encode(many))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("65537 frames, more than 65536");
  }

  /** Fixed for ever: another release has to read it. */
  @Test
  void theBytesOfVersionOneAreThese() {
    Message ack = new Message.Ack(3, new Tip(new Position(2, new Lsn(0x16_B374D848L)), 5));
    assertThat(codec.encode(Parcel.of(ack)))
        .asHexString()
        .isEqualTo(
            "21"
                + "0000000000000003"
                + "0000000000000002"
                + "00000016B374D848"
                + "0000000000000005");
    byte[] content = {1, 2, 3};
    assertThat(ContentHash.digest(content)).isEqualTo(0x039058c6f2c0cb49L);
  }

  private static Parcel batch(byte[] content) {
    Frame frame = new Frame(new Position(1, new Lsn(7)), ContentHash.digest(content));
    return new Parcel(
        new Message.Batch(1, Tip.NONE, List.of(frame), Position.NONE), List.of(content));
  }

  private static int indexOf(byte[] whole, byte[] part) {
    return new String(whole, StandardCharsets.ISO_8859_1)
        .indexOf(new String(part, StandardCharsets.ISO_8859_1));
  }
}

package io.understudy.daemon.wire;

import io.understudy.daemon.journal.ContentHash;
import io.understudy.daemon.protocol.CutHistory;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Electorate;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promise;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Parcels of every kind, with everything in them that can differ. */
final class RandomParcels {
  static final int KINDS = 19;

  private final RandomGenerator random;
  private final int contentBytesMax;

  RandomParcels(RandomGenerator random, int contentBytesMax) {
    this.random = random;
    this.contentBytesMax = contentBytesMax;
  }

  Parcel next() {
    return next(random.nextInt(KINDS));
  }

  Parcel next(int kind) {
    return switch (kind) {
      case 0 -> Parcel.of(new Message.Join(record()));
      case 1 -> batch();
      case 2 -> Parcel.of(new Message.UseSnapshot(epoch()));
      case 3 -> Parcel.of(new Message.Fetch(epoch(), tip(), position()));
      case 4 -> Parcel.of(new Message.AskPromise(promise(), random.nextBoolean()));
      case 5 -> Parcel.of(new Message.Lead(record()));
      case 6 -> Parcel.of(new Message.Joined(epoch(), tip()));
      case 7 -> Parcel.of(new Message.Ack(epoch(), tip()));
      case 8 -> Parcel.of(new Message.Resend(epoch(), tip()));
      case 9 -> Parcel.of(new Message.Stale(epoch()));
      case 10 -> Parcel.of(new Message.JoinFirst(epoch()));
      case 11 -> {
        Parcel batch = batch();
        Message.Batch like = (Message.Batch) batch.message();
        yield new Parcel(
            new Message.Fetched(epoch(), like.previous(), like.frames()), batch.contents());
      }
      case 12 ->
          Parcel.of(
              new Message.Promised(
                  promise(), tip(), random.nextBoolean(), random.nextBoolean(), position()));
      case 13 -> Parcel.of(new Message.Refused(promise(), promise()));
      case 14 -> Parcel.of(new Message.AskTip(epoch(), position()));
      case 15 -> Parcel.of(new Message.TipAt(epoch(), position(), tip()));
      case 16 -> Parcel.of(new Message.AskLease(epoch(), random.nextLong(), position()));
      case 17 -> Parcel.of(new Message.Lease(epoch(), random.nextLong()));
      default -> Parcel.of(new Message.Opened(epoch()));
    };
  }

  Parcel batch() {
    Tip previous = random.nextInt(4) == 0 ? Tip.NONE : tip();
    List<Frame> frames = new ArrayList<>();
    List<byte[]> contents = new ArrayList<>();
    Position at = previous.position();
    for (int left = random.nextInt(6); left > 0; left--) {
      at = after(at);
      byte[] content = new byte[random.nextInt(contentBytesMax + 1)];
      random.nextBytes(content);
      frames.add(new Frame(at, ContentHash.digest(content)));
      contents.add(content);
    }
    return new Parcel(new Message.Batch(epoch(), previous, frames, position()), contents);
  }

  private EpochRecord record() {
    CutHistory history = CutHistory.from(random.nextLong(1, 5));
    for (int left = random.nextInt(4); left > 0; left--) {
      Tip cut = new Tip(after(history.last().cut().position()), random.nextLong());
      history = history.then(history.last().epoch() + random.nextLong(1, 3), cut);
    }
    List<String> voters = new ArrayList<>();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      voters.add("voter-" + i);
    }
    Electorate electorate = new Electorate(voters, random.nextInt(1, voters.size() + 1));
    List<Durability> worths = List.of(Durability.values());
    Durability durability = worths.get(random.nextInt(worths.size()));
    return new EpochRecord(
        epoch(), history.last().epoch(), name(), history, electorate, durability);
  }

  private Position after(Position position) {
    return random.nextInt(5) == 0
        ? new Position(position.epoch() + 1, new Lsn(random.nextLong()))
        : new Position(
            position.epoch(), new Lsn(position.lsn().value() + random.nextLong(1, 1 << 20)));
  }

  private Promise promise() {
    return new Promise(epoch(), name());
  }

  private Tip tip() {
    return new Tip(position(), random.nextLong());
  }

  private Position position() {
    return new Position(random.nextLong(1 << 20), new Lsn(random.nextLong(1L << 48)));
  }

  private long epoch() {
    return random.nextInt(10) == 0 ? Long.MAX_VALUE : random.nextLong(1 << 20);
  }

  private String name() {
    StringBuilder name = new StringBuilder("e");
    for (int left = random.nextInt(40); left > 0; left--) {
      name.append("abcxyz0189-".charAt(random.nextInt(11)));
    }
    return name.toString();
  }
}

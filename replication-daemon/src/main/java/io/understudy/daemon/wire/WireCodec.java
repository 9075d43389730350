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
import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Parcels to bytes and back, in version 1 of the format, which docs/WIRE.md describes.
 *
 * <p>What it reads is either a parcel that this class could have written, or a {@link
 * WireException}: names are names, frames ascend after the tip they follow, and each content has
 * the digest that its frame says. So no peer, however broken, can make the protocol throw.
 */
public final class WireCodec {
  private static final int FRAME_BYTES_MIN = 16 + 8 + 4;
  private static final int EPOCH_BYTES = 8 + 24;
  private static final int NAME_BYTES_MIN = 2;
  private static final int FIXED_BYTES = 256;

  private final int messageBytesMax;

  /**
   * A codec for messages up to this size.
   *
   * @param messageBytesMax encoded, from 1 KiB
   */
  public WireCodec(int messageBytesMax) {
    this.messageBytesMax = messageBytesMax;
  }

  /**
   * The body of a packet, beginning with its kind.
   *
   * @throws IllegalArgumentException if a bound of the format or {@code messageBytesMax} is
   *     exceeded, or a name is none
   */
  public byte[] encode(Parcel parcel) {
    long contents = parcel.contents().stream().mapToLong(content -> content.length).sum();
    long expected = FIXED_BYTES + contents + (long) FRAME_BYTES_MIN * parcel.contents().size();
    if (expected - FIXED_BYTES > messageBytesMax) {
      throw new IllegalArgumentException(
          "a message of " + expected + " bytes, more than " + messageBytesMax);
    }
    WireWriter out = new WireWriter((int) Math.min(expected, messageBytesMax), messageBytesMax);
    switch (parcel.message()) {
      case Message.Join it -> record(out.uint8(PacketKind.JOIN), it.record());
      case Message.Batch it -> {
        out.uint8(PacketKind.BATCH).int64(it.epoch()).tip(it.previous()).position(it.replicated());
        frames(out, parcel);
      }
      case Message.UseSnapshot it -> out.uint8(PacketKind.USE_SNAPSHOT).int64(it.epoch());
      case Message.Fetch it ->
          out.uint8(PacketKind.FETCH).int64(it.epoch()).tip(it.after()).position(it.upTo());
      case Message.AskPromise it ->
          promise(out.uint8(PacketKind.ASK_PROMISE), it.ballot()).uint8(it.waits() ? 1 : 0);
      case Message.Lead it -> record(out.uint8(PacketKind.LEAD), it.record());
      case Message.AskLease it ->
          out.uint8(PacketKind.ASK_LEASE)
              .int64(it.epoch())
              .int64(it.askedMillis())
              .position(it.holds());
      case Message.Lease it ->
          out.uint8(PacketKind.LEASE).int64(it.epoch()).int64(it.askedMillis());
      case Message.Joined it -> out.uint8(PacketKind.JOINED).int64(it.epoch()).tip(it.durable());
      case Message.Ack it -> out.uint8(PacketKind.ACK).int64(it.epoch()).tip(it.durable());
      case Message.Resend it -> out.uint8(PacketKind.RESEND).int64(it.epoch()).tip(it.after());
      case Message.Stale it -> out.uint8(PacketKind.STALE).int64(it.promised());
      case Message.JoinFirst it -> out.uint8(PacketKind.JOIN_FIRST).int64(it.epoch());
      case Message.Fetched it -> {
        out.uint8(PacketKind.FETCHED).int64(it.epoch()).tip(it.previous());
        frames(out, parcel);
      }
      case Message.Promised it ->
          promise(out.uint8(PacketKind.PROMISED), it.ballot())
              .tip(it.last())
              .uint8(it.complete() ? 1 : 0)
              .uint8(it.unleased() ? 1 : 0)
              .position(it.heard());
      case Message.Refused it ->
          promise(promise(out.uint8(PacketKind.REFUSED), it.asked()), it.given());
      case Message.Opened it -> out.uint8(PacketKind.OPENED).int64(it.epoch());
      case Message.AskTip it -> out.uint8(PacketKind.ASK_TIP).int64(it.epoch()).position(it.at());
      case Message.TipAt it ->
          out.uint8(PacketKind.TIP_AT).int64(it.epoch()).position(it.at()).tip(it.tip());
    }
    return out.written();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @param body from its kind to the end of the packet
   * @throws WireException if {@code encode} cannot have written it
   */
  public Parcel decode(ByteBuffer body) throws WireException {
    if (body.remaining() > messageBytesMax) {
      throw new WireException("a message of " + body.remaining() + " bytes");
    }
    WireReader in = new WireReader(body);
    try {
      Parcel parcel = parcel(in.uint8(), in);
      in.end();
      return parcel;
    } catch (IllegalArgumentException e) {
      // A record refused its values. Only names and numbers of the protocol can be in the message.
      throw new WireException("a message says what cannot be: " + e.getMessage(), e);
    }
  }

  private static Parcel parcel(int kind, WireReader in) throws WireException {
    return switch (kind) {
      case PacketKind.JOIN -> Parcel.of(new Message.Join(record(in)));
      case PacketKind.BATCH -> {
        long epoch = in.ordinal("an epoch");
        Tip previous = in.tip();
        Position replicated = in.position();
        Frames read = frames(in, previous);
        yield new Parcel(
            new Message.Batch(epoch, previous, read.frames(), replicated), read.contents());
      }
      case PacketKind.USE_SNAPSHOT -> Parcel.of(new Message.UseSnapshot(in.ordinal("an epoch")));
      case PacketKind.FETCH ->
          Parcel.of(new Message.Fetch(in.ordinal("an epoch"), in.tip(), in.position()));
      case PacketKind.ASK_PROMISE -> Parcel.of(new Message.AskPromise(promise(in), in.flag()));
      case PacketKind.LEAD -> Parcel.of(new Message.Lead(record(in)));
      case PacketKind.JOINED -> Parcel.of(new Message.Joined(in.ordinal("an epoch"), in.tip()));
      case PacketKind.ACK -> Parcel.of(new Message.Ack(in.ordinal("an epoch"), in.tip()));
      case PacketKind.RESEND -> Parcel.of(new Message.Resend(in.ordinal("an epoch"), in.tip()));
      case PacketKind.STALE -> Parcel.of(new Message.Stale(in.ordinal("an epoch")));
      case PacketKind.JOIN_FIRST -> Parcel.of(new Message.JoinFirst(in.ordinal("an epoch")));
      case PacketKind.FETCHED -> {
        long epoch = in.ordinal("an epoch");
        Tip previous = in.tip();
        Frames read = frames(in, previous);
        yield new Parcel(new Message.Fetched(epoch, previous, read.frames()), read.contents());
      }
      case PacketKind.PROMISED ->
          Parcel.of(
              new Message.Promised(promise(in), in.tip(), in.flag(), in.flag(), in.position()));
      case PacketKind.ASK_LEASE ->
          Parcel.of(new Message.AskLease(in.ordinal("an epoch"), in.int64(), in.position()));
      case PacketKind.LEASE -> Parcel.of(new Message.Lease(in.ordinal("an epoch"), in.int64()));
      case PacketKind.REFUSED -> Parcel.of(new Message.Refused(promise(in), promise(in)));
      case PacketKind.OPENED -> Parcel.of(new Message.Opened(in.ordinal("an epoch")));
      case PacketKind.ASK_TIP ->
          Parcel.of(new Message.AskTip(in.ordinal("an epoch"), in.position()));
      case PacketKind.TIP_AT ->
          Parcel.of(new Message.TipAt(in.ordinal("an epoch"), in.position(), in.tip()));
      default -> throw new WireException("no message has the kind " + kind);
    };
  }

  private static void frames(WireWriter out, Parcel parcel) {
    List<Frame> frames = Parcel.frames(parcel.message());
    out.int32(atMost(WireLimits.FRAMES_MAX, frames.size(), "frames"));
    for (int i = 0; i < frames.size(); i++) {
      Frame frame = frames.get(i);
      out.position(frame.position()).int64(frame.digest()).content(parcel.contents().get(i));
    }
  }

  private record Frames(List<Frame> frames, List<byte[]> contents) {}

  private static Frames frames(WireReader in, Tip previous) throws WireException {
    int count = in.count("frames", WireLimits.FRAMES_MAX, FRAME_BYTES_MIN);
    List<Frame> frames = new ArrayList<>(count);
    List<byte[]> contents = new ArrayList<>(count);
    Position last = previous.position();
    for (int i = 0; i < count; i++) {
      Position position = in.position();
      if (position.compareTo(last) <= 0) {
        throw new WireException("frame " + position + " does not follow " + last);
      }
      long digest = in.int64();
      byte[] content = in.content();
      if (ContentHash.digest(content) != digest) {
        throw new WireException("the content of frame " + position + " has another digest");
      }
      frames.add(new Frame(position, digest));
      contents.add(content);
      last = position;
    }
    return new Frames(List.copyOf(frames), List.copyOf(contents));
  }

  private static void record(WireWriter out, EpochRecord record) {
    out.int64(record.version()).int64(record.epoch()).name("primary", record.primary());
    List<CutHistory.Start> starts = record.cuts().starts();
    out.int32(atMost(WireLimits.EPOCHS_MAX, starts.size(), "epochs"));
    for (CutHistory.Start start : starts) {
      out.int64(start.epoch()).tip(start.cut());
    }
    List<String> voters = record.electorate().voters();
    out.int32(atMost(WireLimits.VOTERS_MAX, voters.size(), "voters"));
    for (String voter : voters) {
      out.name("voter", voter);
    }
    out.uint8(record.electorate().k());
    out.uint8(
        switch (record.durability()) {
          case QUORUM -> 1;
          case DEGRADED -> 2;
          case ASYNC -> 3;
        });
  }

  private static EpochRecord record(WireReader in) throws WireException {
    long version = in.ordinal("the version of a record");
    long epoch = in.ordinal("an epoch");
    String primary = in.name("primary");
    CutHistory cuts = history(in);
    int count = in.count("voters", WireLimits.VOTERS_MAX, NAME_BYTES_MIN);
    List<String> voters = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      voters.add(in.name("voter"));
    }
    Electorate electorate = new Electorate(voters, in.uint8());
    return new EpochRecord(version, epoch, primary, cuts, electorate, durability(in.uint8()));
  }

  private static CutHistory history(WireReader in) throws WireException {
    int count = in.count("epochs", WireLimits.EPOCHS_MAX, EPOCH_BYTES);
    List<CutHistory.Start> starts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      CutHistory.Start start = new CutHistory.Start(in.ordinal("an epoch"), in.tip());
      CutHistory.Start before = i == 0 ? null : starts.getLast();
      boolean follows =
          before == null
              ? start.cut().equals(Tip.NONE)
              : start.epoch() > before.epoch() && start.cut().reaches(before.cut().position());
      if (!follows) {
        throw new WireException("epoch " + start.epoch() + " of a history does not follow");
      }
      starts.add(start);
    }
    return new CutHistory(starts);
  }

  private static Durability durability(int code) throws WireException {
    return switch (code) {
      case 1 -> Durability.QUORUM;
      case 2 -> Durability.DEGRADED;
      case 3 -> Durability.ASYNC;
      default -> throw new WireException("no durability has the code " + code);
    };
  }

  private static WireWriter promise(WireWriter out, Promise promise) {
    return out.int64(promise.epoch()).name("candidate", promise.candidate());
  }

  private static Promise promise(WireReader in) throws WireException {
    return new Promise(in.ordinal("an epoch"), in.name("candidate"));
  }

  private static int atMost(int max, int count, String what) {
    if (count > max) {
      throw new IllegalArgumentException(count + " " + what + ", more than " + max);
    }
    return count;
  }
}

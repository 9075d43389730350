package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Landmark.Place;
import io.understudy.model.Position;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The append-only log of committed transactions in one folder, which one process holds.
 *
 * <p>One thread appends, syncs and cuts; any thread reads, with a {@link Cursor} of its own.
 *
 * <p><b>The order that makes an ack true.</b> {@link #append}, {@link #sync}, {@link #markAcked},
 * and only then the ack leaves. The frames come before the mark, because a mark above what is
 * durable would turn an honest crash into damage. The mark comes before the ack, because a tail
 * above the mark is cut without a word: if the ack came first, a crash between the two and a sector
 * that rots would make this voter forget what it was counted for, and still call itself complete.
 * That is the one lie which the promotion quorum (I1) does not survive. The price is a second fsync
 * for each group, of one block that is overwritten in place.
 *
 * <p><b>Failure is final.</b> After a failed write or fsync nobody knows what the disk holds, and a
 * second fsync may report success for pages that the first one dropped. So the first failure is
 * kept, and nothing is written or forced again until a new process has read the files.
 */
public final class Journal implements Closeable {
  static final String DRAFT = ".draft";

  private static final String LOCK = "journal.lock";
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  private final Disk disk;
  private final Closeable lock;
  private final MarkFile markFile;
  private final JournalLimits limits;
  private final InstantSource clock;
  private final PositionIndex index;
  private final Appender appender;
  private final FrameWalk.Source source = new Readers();

  // Invariant: mark.acked <= extent.durable, but for an incomplete journal.
  private Mark mark;
  private @Nullable Place brokenAt;
  private boolean refetching;
  private volatile Extent extent;
  private volatile @Nullable Damage damage;
  private volatile @Nullable JournalException failure;

  private Journal(Setting setting, Closeable lock, MarkFile markFile, Opening.Found found)
      throws IOException {
    this.disk = setting.disk();
    this.limits = setting.limits();
    this.clock = setting.clock();
    this.lock = lock;
    this.markFile = markFile;
    this.index = found.index();
    this.mark = found.mark();
    this.damage = found.damage().orElse(null);
    this.brokenAt = damage == null ? null : found.scan().end();
    this.appender = Appender.after(found.scan(), setting, index);
    this.extent = appender.extent(0);
  }

  /** What a journal is opened with. */
  record Setting(Disk disk, JournalLimits limits, InstantSource clock) {}

  /**
   * Makes an empty journal, once in a voter's life. It is not made by {@link #open}: a folder that
   * is suddenly empty, because a disk is not mounted, must never pass for a voter that has nothing.
   *
   * @throws JournalException if there is one already
   */
  public static void create(Path folder) throws IOException {
    create(LocalDisk.create(folder));
  }

  static void create(Disk disk) throws IOException {
    try (Closeable _ = disk.lock(LOCK)) {
      MarkFile.create(disk);
    }
  }

  /**
   * Opens a journal and reads all of it once; ask {@link #health} what it is worth.
   *
   * @param clock for the age of segments
   * @throws JournalException if there is none, another process has it, or its format is unknown
   */
  public static Journal open(Path folder, JournalLimits limits, InstantSource clock)
      throws IOException {
    return open(new Setting(new LocalDisk(folder), limits, clock));
  }

  static Journal open(Setting setting) throws IOException {
    Disk disk = setting.disk();
    Closeable lock = disk.lock(LOCK);
    try {
      if (!disk.list().contains(MarkFile.NAME)) {
        throw new JournalException(
            "folder " + disk + " holds no journal: if it ever did, this voter must be seeded anew");
      }
      MarkFile markFile = MarkFile.open(disk);
      try {
        return new Journal(
            setting, lock, markFile, new Opening(disk, markFile, setting.limits()).open());
      } catch (IOException e) {
        markFile.close();
        throw e;
      }
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** What it may be used for; any thread may ask. */
  public Health health() {
    // Read once: the journal's thread may change them meanwhile.
    JournalException failed = failure;
    Damage damaged = damage;
    if (failed != null) {
      return new Health.Failed(failed);
    }
    return damaged == null ? new Health.Complete() : new Health.Incomplete(damaged);
  }

  /**
   * Writes entries behind the last one, without waiting for the disk.
   *
   * @throws IllegalArgumentException if an entry cannot follow; nothing is written then
   * @throws JournalException if the journal has failed, fails now, or is incomplete
   */
  public void append(List<Entry> entries) throws JournalException {
    requireAppendable();
    appender.trail().check(entries, limits);
    perform("write", () -> appender.append(entries));
    publish(extent.cuts()); // A segment that is full was forced already.
  }

  /**
   * Makes everything appended durable, and visible to readers.
   *
   * @return the position up to which the journal is durable
   * @throws JournalException if the journal has failed or fails now
   */
  public Position sync() throws JournalException {
    requireIntact();
    if (damage == null || refetching) {
      perform("fsync", appender::force);
      publish(extent.cuts());
      completeIfRefetched();
    }
    return extent.durable();
  }

  /**
   * Remembers durably that everything up to a position is about to be acknowledged.
   *
   * @param position at most what {@link #sync} returned; nothing happens if it is not new
   * @throws JournalException if the journal has failed, fails now, or is incomplete
   */
  public void markAcked(Position position) throws JournalException {
    requireAppendable();
    if (position.compareTo(extent.durable()) > 0) {
      throw new IllegalArgumentException(
          position + " is above what is durable, " + extent.durable());
    }
    if (position.compareTo(mark.acked()) > 0) {
      perform("mark", () -> writeMark(mark.acking(position)));
    }
  }

  /** Everything up to here may have been acknowledged. */
  public Position acked() {
    return mark.acked();
  }

  /** Everything committed after this position can be read; what was before it is gone. */
  public Position first() {
    return index.first();
  }

  /** Position of the last durable entry. */
  public Position last() {
    return extent.durable();
  }

  /** Begins of the epochs, the oldest first: the newest 1024 since the journal began. */
  public List<Position> epochs() {
    return appender.trail().epochs();
  }

  /**
   * Transactions with chunks and no end. Whoever resumes a stream, after opening, {@link #cut} or
   * {@link #refetch}, appends an {@link Entry.Abort} for each of them first: their source sends
   * them again from their beginning.
   */
  public Set<Long> openTransactions() {
    return appender.trail().open();
  }

  /**
   * Reads what was committed after a position, and goes on as the journal grows.
   *
   * @param after from {@link #first} to {@link #last}
   * @throws JournalException if the position is not retained any more
   */
  public Cursor read(Position after) throws IOException {
    return index.cursor(source, durable(after));
  }

  /**
   * Hash of the history up to a position.
   *
   * @param position from {@link #first} to {@link #last}
   * @throws JournalException if the position is not retained any more
   */
  public Chain chainAt(Position position) throws IOException {
    return index.locate(source, durable(position)).chain();
  }

  /**
   * Takes off everything after a position and keeps a copy, for example the frames past an epoch's
   * end. After a crash in between the journal is intact, and the caller asks again.
   *
   * @param position from {@link #first} to {@link #last}
   * @throws JournalException if the journal has failed, fails now, or is incomplete
   */
  public void cut(Position position) throws IOException {
    requireAppendable();
    sync();
    Landmark boundary = index.locate(source, durable(position));
    if (boundary.sequence() + 1 == appender.trail().nextSequence()) {
      return;
    }
    Trail shortened = index.rewind(source, boundary, appender.trail().epochs());
    Position before = extent.durable();
    perform(
        "cut",
        () -> {
          TailCut.keep(source, boundary, shortened.header(clock.millis()), before);
          // The mark first: without the tail, the old mark would call the journal incomplete.
          if (mark.acked().compareTo(boundary.position()) > 0) {
            writeMark(mark.acking(boundary.position()));
          }
          appender.shorten(boundary.place(), shortened);
          publish(extent.cuts() + 1);
        });
    log.info("{}: {} -> {} cause=cut", disk, before, extent.durable());
  }

  /** Names of the copies that {@link #cut} made; {@link CutFile} reads them. */
  public List<String> cutFiles() throws IOException {
    return disk.list().stream().filter(CutFile::isName).toList();
  }

  /**
   * Drops what is damaged and everything behind it, keeping the bytes aside, so that it can be
   * appended again; the journal is complete once it is durable up to what was acknowledged. Nothing
   * happens if it is complete.
   *
   * @param upTo what the source knows to be acknowledged, in case the mark is damaged too
   * @return the position after which entries are to be fetched
   * @throws JournalException if the journal has failed or fails now, or if the damage appeared
   *     after opening: then it has to be opened again, to know how far it is good
   */
  public Position refetch(Position upTo) throws JournalException {
    requireIntact();
    if (damage == null || refetching) {
      return extent.durable();
    }
    Place from = brokenAt;
    if (from == null) {
      throw new JournalException(
          "damage appeared while the journal was open: open it again (" + damage + ")");
    }
    perform(
        "refetch",
        () -> {
          TailCut.keepDamaged(disk, from);
          // The mark first: it keeps the journal incomplete over a crash.
          writeMark(mark.acking(upTo.compareTo(mark.acked()) > 0 ? upTo : mark.acked()));
          appender.shorten(from, appender.trail());
          publish(extent.cuts() + 1);
        });
    refetching = true;
    brokenAt = null;
    completeIfRefetched();
    return extent.durable();
  }

  /**
   * Begins anew after a snapshot: nothing of what was there stays.
   *
   * @param base position of the snapshot
   * @param chain at that position, as the source knows it
   * @throws JournalException if the journal has failed or fails now
   */
  public void restart(Position base, Chain chain) throws JournalException {
    requireIntact();
    perform(
        "restart",
        () -> {
          List<String> names = Scan.segmentNames(disk);
          long first = Math.max(appender.trail().nextSequence(), Scan.aboveAll(disk, names));
          Origin origin = new Origin(first, base, chain);
          // This decides: files below the origin are left-overs, also for the next opening.
          writeMark(new Mark(base, origin));
          appender.restart(origin);
          publish(extent.cuts() + 1);
          TailCut.removeAll(disk, names);
        });
    damage = null;
    refetching = false;
    brokenAt = null;
    log.info("{}: -> {} cause=restart", disk, base);
  }

  /**
   * Drops the oldest whole segments that the policy does not keep and nobody needs.
   *
   * @param floor applied by the own shadow and shipped to everybody: no frame above it goes, and no
   *     chunk of a transaction that commits above it; nothing above {@link #acked} goes either
   * @return how many segments went
   * @throws JournalException if the journal has failed, fails now, or is incomplete
   */
  public int retain(RetentionPolicy policy, Position floor, Instant now) throws JournalException {
    requireAppendable();
    Landmark needed = index.floor(floor.compareTo(mark.acked()) < 0 ? floor : mark.acked());
    List<Segment> segments = extent.segments();
    if (needed == null || segments.isEmpty()) {
      return 0;
    }
    Segment first = policy.firstKept(segments, needed.neededFrom(), now);
    List<Segment> dropped = segments.subList(0, segments.indexOf(first));
    if (!dropped.isEmpty()) {
      perform("retention", () -> drop(dropped, first));
      log.info("{}: begins after {} cause=retention", disk, index.first());
    }
    return dropped.size();
  }

  private void drop(List<Segment> dropped, Segment first) throws IOException {
    // The mark first: from now on these files may be missing.
    writeMark(mark.startingAt(first.header().origin()));
    appender.beginAt(first);
    publish(extent.cuts());
    TailCut.removeAll(disk, dropped.stream().map(Segment::name).toList());
  }

  /** Closes the files and lets the folder go. What was not synced may or may not be there later. */
  @Override
  public void close() throws IOException {
    if (failure == null) {
      failure = new JournalException("journal " + disk + " is closed");
    }
    appender.close();
    markFile.close();
    lock.close();
  }

  private Position durable(Position position) {
    if (position.compareTo(extent.durable()) > 0) {
      throw new IllegalArgumentException(position + " is above " + extent.durable());
    }
    return position;
  }

  private void publish(long cuts) {
    extent = appender.extent(cuts);
  }

  private void completeIfRefetched() {
    if (refetching && extent.durable().compareTo(mark.acked()) >= 0) {
      refetching = false;
      damage = null;
      log.info("{}: incomplete -> complete position={}", disk, extent.durable());
    }
  }

  private void writeMark(Mark next) throws IOException {
    markFile.write(next);
    mark = next;
  }

  private void requireIntact() throws JournalException {
    if (failure != null) {
      throw new JournalException(String.valueOf(failure.getMessage()), failure);
    }
  }

  private void requireAppendable() throws JournalException {
    requireIntact();
    if (damage != null && !refetching) {
      throw new JournalException("journal " + disk + " is incomplete, refetch it: " + damage);
    }
  }

  /** An access to the disk that must not fail. */
  private interface Access {
    void run() throws IOException;
  }

  private void perform(String what, Access access) throws JournalException {
    try {
      access.run();
    } catch (IOException | RuntimeException e) {
      failure =
          new JournalException(
              "journal "
                  + disk
                  + ": "
                  + what
                  + " failed ("
                  + e.getMessage()
                  + "): nothing more is acknowledged; mend the disk and start again",
              e);
      log.error("{}: -> failed cause={} position={}", disk, failure.getMessage(), extent.durable());
      throw failure;
    }
  }

  private final class Readers implements FrameWalk.Source {
    @Override
    public Disk disk() {
      return disk;
    }

    @Override
    public Extent extent() {
      return extent;
    }

    @Override
    public void damaged(Damage found) {
      if (damage == null) {
        damage = found;
        log.error("{}: complete -> incomplete cause={}", disk, found);
      }
    }
  }
}

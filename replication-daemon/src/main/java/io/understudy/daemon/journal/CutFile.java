package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Landmark.Place;
import io.understudy.model.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A copy of frames that a cut took off a journal; it has the format of a segment. */
public final class CutFile {
  private final Disk disk;
  private final Segment frames;

  private CutFile(Disk disk, Segment frames) {
    this.disk = disk;
    this.frames = frames;
  }

  /**
   * Opens a copy; the journal may be in use meanwhile.
   *
   * @throws IOException if it is not there, or its beginning is damaged
   */
  public static CutFile open(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException(file + " is no file");
    }
    return open(new LocalDisk(folder), String.valueOf(file.getFileName()));
  }

  static CutFile open(Disk disk, String name) throws IOException {
    try (DiskFile file = disk.open(name)) {
      return new CutFile(disk, new Segment(name, SegmentHeader.read(file, name), file.size()));
    }
  }

  static boolean isName(String file) {
    return file.startsWith(TailCut.CUT) && !file.endsWith(Journal.DRAFT);
  }

  /** Where the journal was cut. */
  public Position position() {
    return frames.header().origin().position();
  }

  /** Reads what followed, in order; chunks whose beginning stayed in the journal included. */
  public Cursor read() {
    Origin origin = frames.header().origin();
    Landmark start =
        new Landmark(
            origin.sequence() - 1,
            origin.position(),
            origin.chain(),
            new Place(origin.sequence(), 0),
            Map.of());
    return new Cursor(new FrameWalk(new Copy(), 0, start.place()), start);
  }

  private final class Copy implements FrameWalk.Source {
    @Override
    public Disk disk() {
      return disk;
    }

    @Override
    public Extent extent() {
      return Extent.of(List.of(frames), position(), 0);
    }

    @Override
    public void damaged(Damage damage) {
      // Nothing to remember: the reader learns it by the exception.
    }
  }
}

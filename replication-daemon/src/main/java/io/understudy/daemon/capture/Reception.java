package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has been received of a stream, in memory and on the disk. One owner. */
final class Reception implements AutoCloseable {
  private final ReceiverSettings settings;
  private final EventReader reader;
  private final ReceivedStream stream;
  private final OpenFile file;
  private Lsn seen;
  // Of the open transaction, and not in the file yet; the first one is at its beginning if `first`.
  private final List<byte[]> unsaved = new ArrayList<>();
  private boolean first = true;

  /**
   * Goes on where the file says.
   *
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  Reception(ReceiverSettings settings) {
    this.settings = settings;
    this.reader = new EventReader(settings.primaryKey(), settings.bounds().bodyBytesMax());
    this.file = OpenFile.open(settings.at().folder(), settings.name() + ".open");
    Optional<OpenFile.Mark> mark = file.mark().filter(this::isOfThisSlot);
    this.seen = mark.map(OpenFile.Mark::seen).orElse(settings.start());
    this.stream =
        new ReceivedStream(
            new TransactionAssembler(
                settings.epoch(),
                settings.at().placeholder(),
                table -> settings.primaryKey().apply(table).isEmpty()),
            mark.map(OpenFile.Mark::replicated)
                .filter(replicated -> replicated.compareTo(settings.start()) > 0)
                .orElse(settings.start()));
    if (mark.isPresent()) {
      file.forEachPart(part -> reader.read(part).forEach(element -> stream.add(element.event())));
      first = !stream.isOpen();
    }
  }

  /** A slot that begins past all that was seen is another one; its snapshot holds the rest. */
  private boolean isOfThisSlot(OpenFile.Mark mark) {
    return settings.start().compareTo(latest(mark.seen(), mark.replicated())) <= 0;
  }

  private static Lsn latest(Lsn a, Lsn b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  /** Where the last transaction ends that was given out. */
  Lsn delivered() {
    return stream.delivered();
  }

  /**
   * Takes a batch.
   *
   * @return the new transactions that end in it
   * @throws MalformedBatchException if it cannot be read; nothing of it was taken
   * @throws GapException if events are missing
   * @throws IllegalStateException if a change cannot be read, or the slot is not where it was
   */
  List<Transaction> take(byte[] body) {
    List<EventReader.Element> elements = reader.read(body);
    List<Transaction> complete = new ArrayList<>();
    Lsn before = latest(seen, stream.delivered());
    int openFrom = -1;
    for (EventReader.Element element : elements) {
      boolean wasOpen = stream.isOpen();
      long steps = stream.openSteps();
      Optional<ReceivedStream.Completed> completed = stream.add(element.event());
      if (completed.isPresent()) {
        if (completed.get().unproven()) {
          requireSlot(before);
        }
        complete.add(completed.get().transaction());
      }
      if (wasOpen && !stream.isOpen()) {
        unsaved.clear();
        first = true;
        openFrom = -1;
      } else if (openFrom < 0 && (wasOpen != stream.isOpen() || stream.openSteps() > steps)) {
        openFrom = element.from();
      }
      seen = latest(seen, element.event().at());
    }
    stream.endBatch();
    if (openFrom >= 0) {
      keep(body, openFrom, elements.getLast().to());
    }
    return complete;
  }

  private void requireSlot(Lsn confirmedMax) {
    settings
        .slotCheck()
        .apply(confirmedMax)
        .ifPresent(problem -> {
          throw new IllegalStateException(problem);
        });
  }

  private void keep(byte[] body, int from, int to) {
    byte[] part = new byte[to - from + 2];
    part[0] = '[';
    System.arraycopy(body, from, part, 1, to - from);
    part[part.length - 1] = ']';
    unsaved.add(part);
    long bytes =
        (first ? 0 : file.openBytes()) + unsaved.stream().mapToLong(saved -> saved.length).sum();
    if (bytes > settings.bounds().openBytesMax()) {
      throw new IllegalStateException(
          "a transaction that has not ended takes more than "
              + settings.bounds().openBytesMax()
              + " bytes of events, which are held in memory; read this primary with capture"
              + " pgoutput, which is not so bounded, or make its transactions smaller");
    }
  }

  /** Makes what was taken durable; everything up to {@link #delivered} must be replicated. */
  void save() {
    file.save(new OpenFile.Mark(stream.delivered(), seen), first, unsaved);
    unsaved.clear();
    first = !stream.isOpen();
  }

  @Override
  public void close() {
    file.close();
  }
}

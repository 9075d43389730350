package io.understudy.daemon.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** One folder, as far as a journal uses it; the boundary at which tests inject faults. */
interface Disk {
  /** Names of the files in the folder, sorted. */
  List<String> list() throws IOException;

  /** Opens a file that exists, for reading and writing. */
  DiskFile open(String name) throws IOException;

  /** Makes an empty file, also if there was one. Its name is durable only after {@link #force}. */
  DiskFile create(String name) throws IOException;

  /** Renames in one step, replacing {@code to}; durable only after {@link #force}. */
  void rename(String from, String to) throws IOException;

  /** Removes a name, if it is there; durable only after {@link #force}. */
  void delete(String name) throws IOException;

  /** Makes names durable: creations, renames and deletions up to now. */
  void force() throws IOException;

  /**
   * Takes the lock of this name for this process until the result is closed.
   *
   * @throws JournalException if somebody else has it
   */
  Closeable lock(String name) throws IOException;

  /** The folder, for messages. */
  @Override
  String toString();
}

package io.understudy.daemon.journal;

import java.util.Locale;

/**
 * A file of frames.
 *
 * @param end of its good, durable frames, bytes
 */
record Segment(String name, SegmentHeader header, long end) {
  static final String SUFFIX = ".seg";

  static String name(long firstSequence) {
    return String.format(Locale.ROOT, "%020d%s", firstSequence, SUFFIX);
  }

  static boolean isName(String file) {
    return file.matches("\\d{20}\\" + SUFFIX);
  }

  static long firstSequence(String name) {
    return Long.parseLong(name, 0, name.length() - SUFFIX.length(), 10);
  }

  static Segment of(SegmentHeader header, long end) {
    return new Segment(name(header.origin().sequence()), header, end);
  }

  long firstSequence() {
    return header.origin().sequence();
  }
}

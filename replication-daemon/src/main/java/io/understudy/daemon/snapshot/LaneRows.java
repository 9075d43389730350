package io.understudy.daemon.snapshot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of one lane on one server as {@link LaneSql#rows} packs them: of each row its hash, then
 * length and UTF-8 text of each column of its key.
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
record LaneRows(byte[] packed, int keyColumns) {
  static final byte[] NONE = {};

  /** Hears how two lanes differ; a key is as it was packed, see {@link #key}. */
  interface Differences {
    void onlyPrimary(ByteBuffer key);

    void onlyShadow(ByteBuffer key);

    void changed(ByteBuffer key);
  }

  /** Compares the lane on the primary with the same lane on the shadow. */
  void compare(LaneRows shadow, Differences differences) {
    Map<ByteBuffer, Long> there = new HashMap<>();
    shadow.forEach(there::put);
    forEach((key, hash) -> {
      Long other = there.remove(key);
      if (other == null) {
        differences.onlyPrimary(key);
      } else if (other.longValue() != hash) {
        differences.changed(key);
      }
    });
    there.keySet().forEach(differences::onlyShadow);
  }

  /** Reads one packed key: the text of each column. */
  static List<String> key(ByteBuffer packed, int keyColumns) {
    List<String> texts = new ArrayList<>(keyColumns);
    for (int i = 0; i < keyColumns; i++) {
      byte[] text = new byte[packed.getInt()];
      packed.get(text);
      texts.add(new String(text, StandardCharsets.UTF_8));
    }
    return texts;
  }

  /** A row's key and hash. */
  private interface Row {
    void accept(ByteBuffer key, long hash);
  }

  private void forEach(Row row) {
    ByteBuffer rest = ByteBuffer.wrap(packed);
    while (rest.hasRemaining()) {
      long hash = rest.getLong();
      int start = rest.position();
      for (int i = 0; i < keyColumns; i++) {
        int length = rest.getInt();
        rest.position(rest.position() + length);
      }
      row.accept(rest.slice(start, rest.position() - start), hash);
    }
  }
}

package io.understudy.testbed.app;

import java.util.ArrayDeque;
import java.util.Deque;

/** Memory that a leak keeps: many small objects, so that the collector has work to do with them. */
final class Ballast {
  private static final int OBJECTS_PER_MEGABYTE = 1024;
  private static final int OBJECT_BYTES = 1008;

  private final int megabytesMax;
  private final Deque<byte[][]> megabytes = new ArrayDeque<>();

  Ballast(int megabytesMax) {
    this.megabytesMax = megabytesMax;
  }

  /** Keeps so much memory, within the bound, and gives the rest back. */
  void resize(double wanted) {
    int target = (int) Math.min(wanted, megabytesMax);
    while (megabytes.size() < target) {
      megabytes.push(megabyte());
    }
    while (megabytes.size() > target) {
      megabytes.pop();
    }
  }

  private static byte[][] megabyte() {
    byte[][] objects = new byte[OBJECTS_PER_MEGABYTE][];
    for (int i = 0; i < objects.length; i++) {
      objects[i] = new byte[OBJECT_BYTES];
    }
    return objects;
  }
}

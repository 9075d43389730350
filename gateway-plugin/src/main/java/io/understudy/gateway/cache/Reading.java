package io.understudy.gateway.cache;

/** What came of reading one entry of the cluster. */
sealed interface Reading<T> {

  /** The entry is there. */
  record Known<T>(T value) implements Reading<T> {}

  /** The cluster answered that there is no such entry. */
  record Absent<T>() implements Reading<T> {}

  /** The entry is there but holds no valid value. */
  record Unreadable<T>(String cause) implements Reading<T> {}

  /** The cluster did not answer, so the entry is as it was before. */
  record Offline<T>(String cause) implements Reading<T> {}
}

package io.understudy.model;

/**
 * Where a user stands on the line from 0 to 9999; a user is on the shadow iff bucket &lt; share.
 *
 * <p>The hash is FNV-1a (64 bit) over the UTF-16 code units of {@code service}, a zero and the user
 * key, finished with the MurmurHash3 mixer: FNV alone leaves the high bits of short, similar keys
 * alike. Salting with the service makes the buckets of two services independent. The bucket is the
 * high product of hash and 10000 (Lemire, "Fast random integer generation in an interval", 2019),
 * which needs no division and has no modulo bias worth measuring.
 */
public final class Bucket {
  public static final int COUNT = Share.WHOLE;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Bucket() {}

  /** The hash state after the service's name; keep it, so that a request hashes only its key. */
  public static long salt(String service) {
    return absorb(FNV_OFFSET, service) * FNV_PRIME;
  }

  /** Bucket of a user key, 0..9999. Allocates nothing. */
  public static int of(long salt, String userKey) {
    return (int) Math.unsignedMultiplyHigh(mix(absorb(salt, userKey)), COUNT);
  }

  private static long absorb(long hash, String text) {
    long h = hash;
    for (int i = 0; i < text.length(); i++) {
      h = (h ^ text.charAt(i)) * FNV_PRIME;
    }
    return h;
  }

  private static long mix(long hash) {
    long h = hash;
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}

package io.understudy.testbed.check;

import io.understudy.model.Cohort;

/**
 * A user as the gateway's identity headers describe one.
 *
 * @param id user key
 * @param group user group
 * @param region client region
 */
public record Person(String id, String group, String region) {
  /** Whether the person's reads of orders belong to {@code cohort}. */
  boolean readsIn(Cohort cohort) {
    return cohort.matches(group, region, "GET", "/orders/");
  }
}

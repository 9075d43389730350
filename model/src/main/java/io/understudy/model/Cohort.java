package io.understudy.model;

import org.jspecify.annotations.Nullable;

/**
 * Users that shift together. Every condition that is given must hold; a cohort without conditions
 * holds everybody. A request belongs to the first cohort of the plan that matches it.
 *
 * @param name name of the cohort, unique in its service
 * @param group user group as the gateway's group header gives it, or null for any
 * @param region client region as the gateway's region header gives it, or null for any
 * @param method HTTP method, upper case, or null for any
 * @param pathPrefix start of the path that names a feature, or null for any
 * @param share part of the cohort's users whose reads the shadow serves
 */
public record Cohort(
    String name,
    @Nullable String group,
    @Nullable String region,
    @Nullable String method,
    @Nullable String pathPrefix,
    Share share) {

  public Cohort {
    Names.require("cohort", name);
  }

  public Cohort withShare(Share newShare) {
    return new Cohort(name, group, region, method, pathPrefix, newShare);
  }

  /** Whether a request of these attributes belongs here; null means the attribute is unknown. */
  public boolean matches(
      @Nullable String itsGroup, @Nullable String itsRegion, String itsMethod, String itsPath) {
    return (group == null || group.equals(itsGroup))
        && (region == null || region.equals(itsRegion))
        && (method == null || method.equals(itsMethod))
        && (pathPrefix == null || itsPath.startsWith(pathPrefix));
  }
}

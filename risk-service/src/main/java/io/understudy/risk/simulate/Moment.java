package io.understudy.risk.simulate;

import io.understudy.risk.feature.Sample;
import java.util.Optional;

/**
 * One sample of a simulated endpoint with what only the simulator knows.
 *
 * @param sample what a scrape and a probe would have seen
 * @param age samples since the process started
 * @param breached whether the objective is broken here: three of the last five samples breach it
 * @param fault the fault that is at work, if any
 */
public record Moment(Sample sample, int age, boolean breached, Optional<Fault> fault) {}

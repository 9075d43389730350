package io.understudy.risk.model;

import io.understudy.risk.score.Calibration;
import io.understudy.risk.score.Rule;

/**
 * One question a model answers: will the objective be broken within so many samples?
 *
 * @param name for example {@code forecast-30}
 * @param horizonSamples how far ahead it looks; 0 asks about now
 * @param rule where its trees start
 * @param calibration what its margin means
 */
public record Head(String name, int horizonSamples, Rule rule, Calibration calibration) {}

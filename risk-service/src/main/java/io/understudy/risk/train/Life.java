package io.understudy.risk.train;

import io.understudy.risk.score.EndpointRisk;
import io.understudy.risk.simulate.Moment;
import io.understudy.risk.simulate.SimulatedEndpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * A simulated endpoint's whole life, with hindsight.
 *
 * @param moments every sample
 * @param incidents what went wrong
 */
record Life(List<Moment> moments, Incidents incidents) {

  static Life of(long seed, int length, double shift) {
    SimulatedEndpoint endpoint = new SimulatedEndpoint(seed, length, shift);
    List<Moment> moments = new ArrayList<>(length);
    boolean[] breached = new boolean[length];
    for (int t = 0; t < length; t++) {
      Moment moment = endpoint.next();
      moments.add(moment);
      // A process that starts is slow for a moment: nobody is to be alarmed by that.
      breached[t] = moment.breached() && moment.age() >= EndpointRisk.WARM_UP_SAMPLES;
    }
    return new Life(moments, Incidents.in(breached));
  }
}

package io.understudy.testbed.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LoopbackPortsTest {
  @Test
  void twoHoldersWithTheSameSeedGetDifferentPorts() throws Exception {
    Set<Integer> ports = new HashSet<>();
    try (LoopbackPorts one = new LoopbackPorts(new SplittableRandom(7));
        LoopbackPorts other = new LoopbackPorts(new SplittableRandom(7))) {
      for (int i = 0; i < 20; i++) {
        ports.add(one.reserve());
        ports.add(other.reserve());
      }
    }
    assertThat(ports).hasSize(40).allMatch(port -> port >= 12_000 && port < 32_000);
  }
}

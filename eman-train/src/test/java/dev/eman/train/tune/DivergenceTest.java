package dev.eman.train.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DivergenceTest {
  @Property(tries = 100)
  void add_noiseAroundAFallingLoss_goesOn(@ForAll long seed) {
    Random random = new Random(seed);
    Divergence divergence = new Divergence();
    for (int i = 0; i < 100; i++) {
      assertFalse(divergence.add(2.3 - 0.015 * i + 0.3 * random.nextGaussian()));
    }
  }

  @Test
  void add_growingLoss_endsOnceTheMeanHasGrownByHalfOfTheFirst() {
    Divergence divergence = new Divergence();
    for (int i = 0; i < 20; i++) {
      assertFalse(divergence.add(2));
    }
    int steps = 0;
    while (!divergence.add(4)) {
      steps++;
    }
    assertEquals(3, steps); // 2 + 2 (1 - 0.8^n) > 3 from n = 4 on.
  }

  @Test
  void add_oneOutlier_goesOn() {
    Divergence divergence = new Divergence();
    for (int i = 0; i < 20; i++) {
      assertFalse(divergence.add(i == 10 ? 6 : 2));
    }
  }

  /** Losses below zero, such as of cosines, grow as others do. */
  @Test
  void add_negativeLossThatGrows_ends() {
    Divergence divergence = new Divergence();
    for (int i = 0; i < 10; i++) {
      assertFalse(divergence.add(-2));
    }
    boolean over = false;
    for (int i = 0; i < 10; i++) {
      over |= divergence.add(1);
    }
    assertTrue(over);
  }
}

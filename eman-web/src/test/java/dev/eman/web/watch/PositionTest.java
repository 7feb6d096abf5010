package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
  private final Curves curves = new Curves();

  PositionTest() {
    curves.start(ImmutableList.of("step"));
    for (int step = 1; step <= 8; step++) {
      curves.add(new double[] {step});
    }
  }

  @Test
  void of_itsOwnText_continues() {
    Position position = Position.of("a", null);
    position.reached(1, curves);
    Position again = Position.of("a", position.toString());
    // The last point may have changed.
    assertEquals(7, again.next(1, curves));
    assertEquals(0, again.next(0, curves));
    assertEquals(position.toString(), again.toString());
  }

  @Test
  void next_otherGeneration_fromTheBeginning() {
    Position position = Position.of("a", null);
    position.reached(0, curves);
    curves.clear();
    assertEquals(0, position.next(0, curves));
    assertFalse(position.knows(0, curves));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "b 1.7", "a 1", "a 1.x", "a 1.-7", "a 1.7.8", "a 99999999999.7", "a  1.7"})
  void of_textOfOthers_fromTheBeginning(String text) {
    assertEquals(0, Position.of("a", text).next(0, curves));
  }
}

package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.algorithm.Algorithms;
import org.junit.jupiter.api.Test;

final class AlgorithmsCommandTest {
  @Test
  void algorithms_withoutName_listsAll() {
    MainAccess result = MainAccess.run("algorithms");
    assertEquals(0, result.exitCode(), result.err());
    for (String name : Algorithms.all().keySet()) {
      assertTrue(result.out().lines().anyMatch(line -> line.startsWith(name + " ")), result.out());
    }
  }

  @Test
  void algorithms_name_everyOptionWithTypeDefaultAndRange() {
    MainAccess result = MainAccess.run("algorithms", "fixmatch");
    assertEquals(0, result.exitCode(), result.err());
    Algorithms.named("fixmatch")
        .options()
        .forEach(
            option ->
                assertTrue(
                    result
                        .out()
                        .lines()
                        .anyMatch(
                            line ->
                                line.startsWith("  " + option.name() + " ")
                                    && line.contains(option.type())
                                    && line.contains(option.defaultText())
                                    && line.contains(option.range())),
                    () -> option.name() + " in " + result.out()));
  }

  @Test
  void algorithms_recipe_isShown() {
    String moco = MainAccess.run("algorithms", "moco").out();
    assertTrue(moco.lines().anyMatch(line -> line.matches("  --batch +256")), moco);
    String fixmatch = MainAccess.run("algorithms", "fixmatch").out();
    assertTrue(!fixmatch.contains("--batch"), fixmatch);
  }

  @Test
  void algorithms_unknown_exits2AndSuggests() {
    MainAccess result = MainAccess.run("algorithms", "fixmach");
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("did you mean fixmatch?"), result.err());
  }
}

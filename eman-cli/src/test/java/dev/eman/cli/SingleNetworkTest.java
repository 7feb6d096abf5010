package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SingleNetworkTest {
  private static String help(String command) {
    MainAccess help = MainAccess.run(command, "--help");
    assertEquals(0, help.exitCode(), help.err());
    return help.out().replaceAll("\\s+", " ");
  }

  @ParameterizedTest
  @CsvSource({
    "map, 'without one, random weights, for comparison.'",
    "errors, 'without one, --dataset names the images, and pixels and gradients judge them.'"
  })
  void help_commandOfOneNetwork_promisesNoOther(String command, String without) {
    String help = help(command);
    assertTrue(help.contains("[FILE] A run folder, a checkpoint,"), help);
    assertTrue(help.contains(without), help);
    assertFalse(help.contains("mean."), help);
    assertFalse(help.contains("--seeds"), help);
    assertFalse(help.contains("[FILE...]"), help);
    assertFalse(help.contains("drawn labels"), help);
    assertTrue(help.indexOf("--network=NAME student") < help.lastIndexOf("--out="), help);
    MainAccess seeds = MainAccess.run(command, "--seeds=2", "--out=a");
    assertEquals(2, seeds.exitCode());
    assertTrue(seeds.err().contains("--seeds"), seeds.err());
  }

  @ParameterizedTest
  @CsvSource({"knn", "linear"})
  void help_commandOfSeveralNetworks_hasTheirOptions(String command) {
    String help = help(command);
    assertTrue(help.contains("For several, prints each result and the mean."), help);
    assertTrue(help.contains("--seeds=N Number of networks"), help);
  }
}

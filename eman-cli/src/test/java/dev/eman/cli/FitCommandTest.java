package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where nothing can be trained; FitTest has the runs. */
class FitCommandTest {
  @TempDir private Path folder;

  @Test
  void fit_minutesThatAreNone_isAMistake() {
    for (String minutes : new String[] {"0", "-1", "NaN", "Infinity"}) {
      MainAccess result = MainAccess.run("fit", "fashion-mnist-mini", "--minutes", minutes);
      assertEquals(2, result.exitCode(), result.err());
      assertTrue(result.err().contains("--minutes: expected above 0"), result.err());
    }
  }

  @Test
  void fit_noSuchFolder_isAMistake() {
    MainAccess result = MainAccess.run("fit", folder.resolve("missing").toString());
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("check the path"), result.err());
  }

  @Test
  void fit_tooShort_saysHowLongItTakesAndLeavesNothing() {
    Path out = folder.resolve("run");
    MainAccess result =
        MainAccess.run(
            "fit", "fashion-mnist-mini", "--labels=1%", "--minutes=0.001", "--out=" + out);
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("--minutes: expected at least"), result.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void fit_runOfTrain_isNotTouched() {
    Path out = folder.resolve("run");
    assertEquals(
        0,
        MainAccess.run(
                "train",
                "--out=" + out,
                "--backbone=resnet8-w4",
                "--size=8",
                "--batch=4",
                "--steps=1",
                "--map-images=0")
            .exitCode());
    MainAccess result = MainAccess.run("fit", "fashion-mnist-mini", "--out=" + out);
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("not begun by eman fit"), result.err());
  }

  @Test
  void fit_help_hasOnlyWhatCanBeDecidedBeforehand() {
    String help = MainAccess.run("fit", "--help").out().replaceAll("\\s+", " ");
    assertTrue(help.contains("--minutes") && help.contains("--labels=AMOUNT"), help);
    assertTrue(help.contains("(default: 100%)"), help);
    assertTrue(help.contains("(default: chosen)"), help);
    assertFalse(help.contains("--steps"), help);
    assertFalse(help.contains("--algorithm"), help);
  }
}

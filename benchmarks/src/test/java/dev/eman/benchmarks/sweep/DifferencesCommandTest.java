package dev.eman.benchmarks.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.MainAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DifferencesCommandTest {
  private static final String HEADING = "method,value,with,mean,deviation,half_interval,seeds\n";

  @TempDir private Path folder;

  private String sweep(String name, String content) throws IOException {
    Path sweep = Files.createDirectories(folder.resolve(name));
    Files.writeString(sweep.resolve("differences.csv"), content);
    return sweep.toString();
  }

  @Test
  void severalSweeps_areOneChart() throws IOException {
    String one =
        sweep(
            "one",
            HEADING
                + "FixMatch,EMAN,EMA,1.5000,0.5000,1.2000,3\n"
                + "FixMatch,EMAN,none,-1.0000,0.5000,1.2000,3\n"
                + "UDA,EMAN,EMA,0.5000,,,1\n");
    String two = sweep("two", HEADING + "FixMatch,EMAN,EMA,2.5000,0.5000,1.2000,3\n");
    Path out = folder.resolve("made/chart.png");
    MainAccess result = MainAccess.run("differences", one, "Second=" + two, "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(500, ImageIO.read(out.toFile()).getHeight(), "440 and three rows of the legend");
  }

  @Test
  void sweepsOfOneName_areAMistake() throws IOException {
    String row = HEADING + "FixMatch,EMAN,EMA,1.5000,0.5000,1.2000,3\n";
    String one = sweep("one/cifar10", row);
    String two = sweep("two/cifar10", row);
    Path out = folder.resolve("made/chart.png");
    MainAccess result = MainAccess.run("differences", one, two, "--out=" + out);
    assertEquals(2, result.exitCode());
    assertEquals(
        "eman: expected sweeps of different names, got cifar10 for "
            + one
            + " and "
            + two
            + "; name one by NAME=DIR\n",
        result.err());
    assertFalse(Files.exists(out.getParent()));
    assertEquals(0, MainAccess.run("differences", one, "Second=" + two, "--out=" + out).exitCode());
  }

  @Test
  void mistakes_areTold() throws IOException {
    MainAccess none = MainAccess.run("differences", folder.toString());
    assertEquals(1, none.exitCode());
    assertTrue(none.err().contains("expected the differences of a sweep at "), none.err());
    for (String sweep : new String[] {"a\0b", "x=a\0b"}) {
      MainAccess noPath = MainAccess.run("differences", sweep);
      assertEquals(2, noPath.exitCode());
      assertTrue(noPath.err().endsWith(": Nul character not allowed\n"), noPath.err());
    }
    MainAccess other = MainAccess.run("differences", sweep("a", "method,value\nFixMatch,EMAN\n"));
    assertEquals(1, other.exitCode());
    assertTrue(other.err().contains("found no with"), other.err());
    String text = HEADING + "FixMatch,EMAN,EMA,much,0.5000,1.2000,3\n";
    MainAccess number = MainAccess.run("differences", sweep("b", text));
    assertEquals(1, number.exitCode());
    assertTrue(number.err().contains("expected a number, found 'much'"), number.err());
    MainAccess empty = MainAccess.run("differences", sweep("c", HEADING));
    assertEquals(1, empty.exitCode());
    assertTrue(empty.err().contains("no differences"), empty.err());
    assertFalse(Files.exists(Path.of("differences.png")));
  }
}

package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.image.Orientation;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.OrientationRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs of an earlier version, stopped at step 8 of 12 (made by {@code golden/make.sh} in the test
 * resources), go on, are measured and are exported.
 */
class GoldenRunsTest {
  @TempDir private Path folder;

  private Path copy(String algorithm) throws IOException {
    Path from = Path.of("src/test/resources/golden", algorithm);
    Path run = Files.createDirectory(folder.resolve(algorithm));
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, run.resolve(file.getFileName()));
      }
    }
    return run;
  }

  private static MainAccess eman(String... arguments) {
    MainAccess result = MainAccess.run(arguments);
    assertEquals(0, result.exitCode(), String.join(" ", arguments) + ": " + result.err());
    return result;
  }

  private static String percent(String cell) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * Double.parseDouble(cell));
  }

  @ParameterizedTest
  @ValueSource(strings = {"supervised", "fixmatch", "mean-teacher", "moco", "byol"})
  void runOfAnEarlierVersion_resumed_endsWithoutGap(String algorithm) throws IOException {
    Path run = copy(algorithm);
    String before = Files.readString(run.resolve("metrics.csv"));
    MainAccess result = eman("train", "--resume=" + run);
    assertTrue(result.out().contains("test set of 1,000 images, student: top1"), result.out());
    String after = Files.readString(run.resolve("metrics.csv"));
    assertEquals(13, after.lines().count());
    assertEquals(
        before.lines().limit(9).toList(), after.lines().limit(9).toList(), "steps before the stop");
    assertTrue(after.lines().skip(12).findFirst().orElseThrow().startsWith("12,"));
    RunCheckpoint resumed = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    assertEquals(OrientationRule.IGNORE, resumed.options().data().orientation());
    assertEquals(Orientation.IGNORE, resumed.orientation());
  }

  @ParameterizedTest
  @ValueSource(strings = {"supervised", "fixmatch", "mean-teacher"})
  void classifierOfAnEarlierVersion_measured_asItWas(String algorithm) throws IOException {
    Path run = copy(algorithm);
    // At step 8, when it was made; the student's top-1 stands before top-5 and the teacher's two.
    String row = Files.readAllLines(run.resolve("metrics.csv")).get(8);
    String[] cells = row.split(",", -1);
    int student = cells.length - (algorithm.equals("supervised") ? 2 : 4);
    MainAccess result = eman("evaluate", run.toString(), "--network=student", "--which=last");
    String expected = percent(cells[student]);
    assertTrue(result.out().contains(expected), expected + " in " + result.out());
    if (algorithm.equals("fixmatch")) {
      MainAccess teacher = eman("evaluate", run.toString(), "--network=teacher", "--which=last");
      String itsTop1 = percent(cells[student + 2]);
      assertTrue(teacher.out().contains(itsTop1), itsTop1 + " in " + teacher.out());
    }
    eman("export", run.toString(), "--out=" + folder.resolve("model.zip"));
    assertTrue(Files.size(folder.resolve("model.zip")) > 1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"supervised", "fixmatch", "mean-teacher", "moco", "byol"})
  void backboneOfAnEarlierVersion_exported_hasWeights(String algorithm) throws IOException {
    Path file = folder.resolve("model.safetensors");
    eman("export", copy(algorithm).toString(), "--format=safetensors", "--out=" + file);
    assertTrue(Files.readString(file, StandardCharsets.ISO_8859_1).contains("conv1.weight"));
  }
}

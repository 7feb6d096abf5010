package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TuneCommandTest {
  @TempDir private Path folder;

  private static MainAccess eman(String... arguments) {
    return MainAccess.run(arguments);
  }

  private static MainAccess tune(Path out, String... more) {
    return eman(
        Stream.concat(
                Stream.of(
                    "tune",
                    "--out=" + out,
                    "--backbone=resnet8-w4",
                    "--size=16",
                    "--batch=16",
                    "--minutes=30"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void tune_options_filesAndACommandThatTrains() throws IOException {
    Path out = folder.resolve("tuned");
    MainAccess result = tune(out, "--algorithm=supervised", "--labels=4/class");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("suggested: --batch "), result.out());
    try (Stream<Path> files = Files.list(out)) {
      assertEquals(
          List.of("tune.csv", "tune.png", "tune.yaml"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    List<String> rows = Files.readAllLines(out.resolve("tune.csv"));
    assertTrue(rows.get(0).startsWith("measured,batch,seconds_per_step,"), rows.get(0));
    assertTrue(rows.get(1).startsWith("batch,16,"), rows.get(1));
    assertTrue(rows.stream().filter(row -> row.startsWith("rate,")).count() >= 20, rows::toString);
    assertEquals(860, ImageIO.read(out.resolve("tune.png").toFile()).getWidth());
    String yaml = Files.readString(out.resolve("tune.yaml"));
    assertTrue(yaml.contains("learning-rate: "), yaml);
    assertTrue(yaml.contains("labels: 4/class"), yaml);
    MainAccess trained =
        eman(
            "train",
            "--config=" + out.resolve("tune.yaml"),
            "--steps=2",
            "--map-images=0",
            "--out=" + folder.resolve("run"));
    assertEquals(0, trained.exitCode(), trained.err());
  }

  @ParameterizedTest
  @CsvSource({
    "--minutes=0, '--minutes: expected above 0, got 0.0'",
    "--learning-rate=fast, 'learning-rate: expected a number, got fast'",
    "--backbone=resnet15-w16, backbone resnet15-w16: expected a depth",
    "--config=missing.yaml, expected a configuration at missing.yaml"
  })
  void tune_mistake_saidAndNothingWritten(String argument, String message) {
    Path out = folder.resolve("none");
    MainAccess result = eman("tune", "--out=" + out, argument);
    assertEquals(argument.startsWith("--config") ? 1 : 2, result.exitCode(), result.err());
    assertTrue(result.err().contains(message), result.err());
    assertFalse(Files.exists(out.resolve("tune.csv")));
  }

  @Test
  void tune_tooLittleTime_leavesNoFolder() {
    Path out = folder.resolve("none");
    MainAccess result = eman("tune", "--out=" + out, "--minutes=0.0001");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("--minutes"), result.err());
    assertFalse(Files.exists(out));
  }
}

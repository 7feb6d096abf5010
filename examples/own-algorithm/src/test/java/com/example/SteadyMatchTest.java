package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteadyMatchTest {
  @TempDir private Path temp;

  /** As {@code ./eman} does it with this project's jar in EMAN_CLASSPATH. */
  @Test
  void train_byName_trainsAndResumes() {
    Path run = temp.resolve("run");
    eman(
        "train",
        "--algorithm=steadymatch",
        "--set=threshold=0.5",
        "--mu=2",
        "--backbone=resnet8-w4",
        "--batch=8",
        "--steps=6",
        "--evaluate-every=0",
        "--map-images=0",
        "--out=" + run);
    eman("train", "--resume=" + run);
    eman("evaluate", run.toString());
    eman("algorithms", "steadymatch");
  }

  private static void eman(String... arguments) {
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine(false)
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    assertEquals(0, exitCode, err.toString());
  }
}

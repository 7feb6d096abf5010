package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapesTest {
  @TempDir private Path temp;

  /** As {@code ./eman} does it with this project's jar in EMAN_CLASSPATH. */
  @Test
  void train_byName_trainsAndResumes() {
    Path run = temp.resolve("run");
    eman(
        "train",
        "--algorithm=supervised",
        "--dataset=shapes",
        "--labels=10/class",
        "--backbone=resnet8-w4",
        "--batch=8",
        "--steps=6",
        "--evaluate-every=0",
        "--map-images=0",
        "--out=" + run);
    eman("train", "--resume=" + run);
    eman("evaluate", run.toString());
    eman("data", "info", "shapes");
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

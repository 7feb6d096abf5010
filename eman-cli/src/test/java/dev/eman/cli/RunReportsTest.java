package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.train.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportsTest {
  @TempDir private Path folder;
  private RunFiles run;

  /** A finished run of an earlier version, which has no report. */
  @BeforeEach
  void copyRun() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden/fixmatch"))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    run = new RunFiles(folder);
  }

  @Test
  void complete_finishedWithoutReport_writesIt() throws IOException {
    RunReports.complete(run);
    assertTrue(Files.readString(run.report()).contains("Provenance"));
  }

  @Test
  void complete_reportOfAFormerEnd_writesItAgain() throws IOException {
    Files.writeString(run.report(), "former");
    FileTime written = Files.getLastModifiedTime(run.record());
    Files.setLastModifiedTime(run.report(), FileTime.fromMillis(written.toMillis() - 60_000));
    RunReports.complete(run);
    assertTrue(Files.readString(run.report()).contains("Provenance"));
  }

  @Test
  void complete_reportAfterTheResults_leavesIt() throws IOException {
    Files.writeString(run.report(), "own");
    Files.setLastModifiedTime(run.report(), Files.getLastModifiedTime(run.record()));
    RunReports.complete(run);
    assertEquals("own", Files.readString(run.report()));
  }

  /** The runs of a sweep after it are to be trained. */
  @Test
  void complete_damagedMetrics_isOnlyAWarning() throws IOException {
    Files.writeString(run.metrics(), "step,loss\n1,none\n");
    RunReports.complete(run);
    assertFalse(Files.exists(run.report()));
  }

  @Test
  void complete_notFinished_writesNothing() throws IOException {
    Files.delete(run.record());
    RunReports.complete(run);
    assertFalse(Files.exists(run.report()));
  }
}

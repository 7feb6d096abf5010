package dev.eman.cli;

import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.report.ReportPage;
import dev.eman.train.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The reports of runs that were stopped between their results and their report. */
public final class RunReports {
  private RunReports() {}

  /**
   * Writes the report of a finished run that lacks it, or has that of a former end only.
   *
   * @throws EmanException if the folder holds no run or the report cannot be written
   */
  public static void complete(RunFiles run) {
    if (run.isFinished() && !isWritten(run)) {
      ReportPage.write(List.of(run.root()), run.report());
    }
  }

  private static boolean isWritten(RunFiles run) {
    try {
      return Files.exists(run.report())
          && Files.getLastModifiedTime(run.report())
                  .compareTo(Files.getLastModifiedTime(run.record()))
              >= 0;
    } catch (IOException e) {
      throw new EmanException("cannot read " + run.root() + ": " + IoFailures.reason(e), e);
    }
  }
}

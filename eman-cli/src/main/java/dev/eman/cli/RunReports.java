package dev.eman.cli;

import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.report.ReportPage;
import dev.eman.train.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reports of runs that were stopped between their results and their report. */
public final class RunReports {
  private static final Logger LOG = LoggerFactory.getLogger(RunReports.class);

  private RunReports() {}

  /**
   * Writes the report of a finished run that lacks it, or has that of a former end only. What goes
   * wrong is a warning: the run's results are there.
   */
  public static void complete(RunFiles run) {
    try {
      if (run.isFinished() && !isWritten(run)) {
        ReportPage.write(List.of(run.root()), run.report());
      }
    } catch (IOException | EmanException e) {
      String reason = e instanceof IOException io ? IoFailures.reason(io) : e.getMessage();
      LOG.warn("no report of {}: {}", run.root(), Printable.escapeLines(String.valueOf(reason)));
    }
  }

  private static boolean isWritten(RunFiles run) throws IOException {
    return Files.exists(run.report())
        && Files.getLastModifiedTime(run.report())
                .compareTo(Files.getLastModifiedTime(run.record()))
            >= 0;
  }
}

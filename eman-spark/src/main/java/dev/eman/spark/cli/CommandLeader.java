package dev.eman.spark.cli;

import dev.eman.cli.RunResults;
import dev.eman.cli.RunSession;
import dev.eman.spark.RunLeader;
import dev.eman.train.TrainingRun;
import java.io.PrintWriter;
import java.util.function.Consumer;

/** Leads a run as {@code eman train} does on one machine: progress, results, report. */
final class CommandLeader implements RunLeader {
  private static final long serialVersionUID = 1;

  @Override
  public boolean lead(Opening opening, Consumer<TrainingRun> opened, PrintWriter out) {
    try (RunSession session = RunSession.open(out, opening::open)) {
      opened.accept(session.run());
      if (!session.train()) {
        return false;
      }
      RunResults.print(out, session.run(), session.finish());
      return true;
    }
  }
}

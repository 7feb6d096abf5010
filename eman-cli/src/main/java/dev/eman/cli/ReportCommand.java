package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.OutputFiles;
import dev.eman.report.ReportPage;
import dev.eman.train.RunFiles;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a report page of runs. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Writes a self-contained HTML page about one run, or comparing several.")
public final class ReportCommand implements Runnable {
  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders.")
  private List<Path> runs = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "File to write (default: report.html in the run's folder; for several runs,"
              + " comparison.html in the current folder).")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    Path file = out;
    if (file == null) {
      file = runs.size() == 1 ? new RunFiles(runs.get(0)).report() : Path.of("comparison.html");
    } else {
      OutputFiles.makeFolder(file);
    }
    ReportPage.write(runs, file);
    requireNonNull(spec).commandLine().getOut().println("written to " + file);
    requireNonNull(spec).commandLine().getOut().flush();
  }
}

package dev.eman.benchmarks.sweep;

import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import dev.eman.cli.ExitCodes;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.train.options.Network;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a grid of trainings, one after the other, and tabulates them. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a grid of settings over several seeds, each run in a fresh process, and writes mean"
          + " and deviation as Markdown, CSV and a chart.",
      "Started again it goes on: finished runs are kept, an interrupted one is resumed.",
      "FILE has the keys title, seeds, base (options of eman train) and grid (axes, each with named"
          + " values that hold options)."
    })
public final class SweepCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE", description = "The grid, in YAML.")
  private Path file = Path.of("sweep.yaml");

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where runs and results go (default: runs/ and the file's name).")
  private @Nullable Path out;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where to look for data first, in every run.")
  private @Nullable Path data;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seeds of each cell (default: as the file says).")
  private int seeds;

  @Option(
      names = "--only",
      paramLabel = "CELL",
      description = "Train this cell of the grid alone; may be repeated. --list shows their names.")
  private List<String> only = List.of();

  @Option(names = "--list", description = "Show all runs and how far they are; train nothing.")
  private boolean list;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter writer = requireNonNull(spec).commandLine().getOut();
    Map<String, String> overrides = new LinkedHashMap<>();
    if (data != null) {
      overrides.put("data", data.toAbsolutePath().normalize().toString());
    }
    SweepFile sweep = SweepFile.read(file, overrides, seeds);
    Path root = out == null ? Path.of("runs", MoreFiles.getNameWithoutExtension(file)) : out;
    List<SweepRun> runs = runs(sweep, root);
    if (list) {
      runs.forEach(
          run -> writer.printf("%-50s %s%n", run.name(), run.finished() ? "done" : "to do"));
      writer.flush();
      return 0;
    }
    runs.forEach(SweepRun::checkSame);
    int failed = 0;
    for (int i = 0; i < runs.size(); i++) {
      SweepRun run = runs.get(i);
      int exitCode = run.finished() ? 0 : run.train();
      if (exitCode == ExitCodes.INTERRUPTED) {
        // Its process may have been stopped before it had anything to save.
        writer.println("stopped; start the sweep again to go on from the last checkpoint");
        writer.flush();
        return ExitCodes.INTERRUPTED;
      }
      failed += exitCode == 0 ? 0 : 1;
      writer.printf(
          Locale.ROOT,
          "[%d/%d] %s: %s%n",
          i + 1,
          runs.size(),
          run.name(),
          exitCode == 0 ? outcome(run) : "failed with " + exitCode + ", see " + run.log());
      writer.flush();
      new SweepTable(sweep, root).write(root, command());
    }
    writer.printf("%n%s%nresults: %s%n", new SweepTable(sweep, root).markdown(command()), root);
    if (failed > 0) {
      writer.printf("%d of %d runs failed%n", failed, runs.size());
    }
    writer.flush();
    return failed == 0 ? 0 : 1;
  }

  /** The seeds of all cells in turn, so that an early table has a few of each. */
  private List<SweepRun> runs(SweepFile sweep, Path root) {
    List<String> names = sweep.cells().stream().map(SweepFile.Cell::name).toList();
    for (String wanted : only) {
      if (!names.contains(wanted)) {
        throw new UsageException(Suggestions.unknown("--only", wanted, names));
      }
    }
    List<SweepRun> runs = new ArrayList<>();
    for (long seed : sweep.seeds()) {
      for (SweepFile.Cell cell : sweep.cells()) {
        if (only.isEmpty() || only.contains(cell.name())) {
          runs.add(SweepRun.of(cell, seed, root));
        }
      }
    }
    return runs;
  }

  private String command() {
    return "./eman sweep " + file;
  }

  private static String outcome(SweepRun run) {
    StringBuilder text = new StringBuilder();
    run.accuracy(Network.STUDENT)
        .ifPresent(top1 -> text.append(String.format(Locale.ROOT, "student %.2f%%", top1)));
    run.accuracy(Network.TEACHER)
        .ifPresent(top1 -> text.append(String.format(Locale.ROOT, ", teacher %.2f%%", top1)));
    text.append(String.format(Locale.ROOT, ", %.0f s", run.record().training().trainingSeconds()));
    return text.toString();
  }
}

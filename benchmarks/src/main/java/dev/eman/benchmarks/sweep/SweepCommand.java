package dev.eman.benchmarks.sweep;

import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import dev.eman.cli.ClusterOptions;
import dev.eman.cli.ClusterTraining;
import dev.eman.cli.ClusterTraining.Cluster;
import dev.eman.cli.ExitCodes;
import dev.eman.cli.RunReports;
import dev.eman.core.EmanException;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.Printable;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a grid of settings, one run after the other, and tabulates the results. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a grid of settings over several seeds, each run in a new process, and writes mean"
          + " and deviation as Markdown, CSV and a chart, and accuracies over the steps.",
      "The same command continues an interrupted sweep: finished runs are kept, an interrupted"
          + " run is resumed.",
      "FILE has the keys title, seeds, base (options of eman train) and grid (axes, each with named"
          + " values that hold options); with compare (axis, value, and with, a list of other"
          + " values) accuracies are subtracted seed by seed, with a 95%% interval."
    })
public final class SweepCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE", description = "The grid, in YAML.")
  private Path file = Path.of("sweep.yaml");

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for runs and results (default: runs/ and the file's name).")
  private @Nullable Path out;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder to search for data first, in every run.")
  private @Nullable Path data;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "0",
      description = "Number of seeds per cell (default: as in FILE).")
  private int seeds;

  @Option(
      names = "--runs",
      paramLabel = "FILE",
      description =
          "Count runs of this sweep that have finished elsewhere, and do not train them: the"
              + " runs.csv of another folder, to be named again when the sweep is continued;"
              + " repeatable.")
  private List<Path> tables = List.of();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description =
          "Train only this cell of the grid, or this run (a cell's name and its seed: CELL-s0);"
              + " several with commas, or repeated. --list shows the runs.")
  private List<String> only = List.of();

  @Option(
      names = "--list",
      description = "List all runs and whether they are done, without training.")
  private boolean list;

  @Mixin private ClusterOptions where = new ClusterOptions();

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
    SweepResults results = new SweepResults(sweep, root, tables);
    if (!tables.isEmpty()) {
      writer.printf(
          Locale.ROOT, "--runs: finished runs of this sweep: %,d%n", results.countOfTables());
    }
    if (!results.others().isEmpty()) {
      writer.printf(
          Locale.ROOT,
          "note: --runs: runs of other cells or seeds than the sweep's do not count: %,d, such as"
              + " %s%n",
          results.others().size(),
          Printable.escape(results.others().get(0)));
    }
    if (!results.ofUnknownImages().isEmpty()) {
      writer.printf(
          Locale.ROOT,
          "warning: --runs: runs without the fingerprint of their training images, which may be"
              + " others than this sweep's: %,d, such as %s%n",
          results.ofUnknownImages().size(),
          Printable.escape(results.ofUnknownImages().get(0)));
    }
    if (list) {
      runs.forEach(run -> writer.printf("%-50s %s%n", run.name(), state(run, results)));
      writer.flush();
      return 0;
    }
    runs.forEach(SweepRun::checkSame);
    results.checkImages();
    Optional<Cluster> cluster = where.cluster();
    return cluster.isPresent()
        ? trainOn(cluster.get(), results, root, runs, writer)
        : trainHere(results, root, runs, writer);
  }

  private static String state(SweepRun run, SweepResults results) {
    return run.finished() ? "done" : results.isElsewhere(run) ? "done elsewhere" : "to do";
  }

  private int trainHere(SweepResults results, Path root, List<SweepRun> runs, PrintWriter writer)
      throws InterruptedException {
    int failed = 0;
    for (int i = 0; i < runs.size(); i++) {
      SweepRun run = runs.get(i);
      SweepResult result = results.find(run.cell(), run.seed());
      if (result == null) {
        results.checkImages(run);
      }
      int exitCode = result == null ? run.train() : 0;
      if (exitCode == ExitCodes.INTERRUPTED) {
        return stopped(writer);
      }
      failed += exitCode == 0 ? 0 : 1;
      RunReports.complete(run.files());
      writer.printf(
          Locale.ROOT,
          "[%d/%d] %s: %s%n",
          i + 1,
          runs.size(),
          run.name(),
          exitCode == 0 ? outcome(run, results) : "failed with " + exitCode + ", see " + run.log());
      writer.flush();
      new SweepTable(results).write(root, command());
    }
    return end(results, root, runs.size(), failed, writer);
  }

  /** Says how to go on; there may not have been anything to save yet. */
  private static int stopped(PrintWriter writer) {
    writer.println("stopped; run the sweep again to resume from the last checkpoint");
    writer.flush();
    return ExitCodes.INTERRUPTED;
  }

  /** All runs that have not finished, each by one worker of a cluster. */
  private int trainOn(
      Cluster cluster, SweepResults results, Path root, List<SweepRun> runs, PrintWriter writer) {
    if (cluster.workers() > 0) {
      throw new UsageException(
          "--spark-workers: expected without sweep, whose runs have one worker each;"
              + " spark.cores.max limits how many train at once");
    }
    List<SweepRun> left =
        runs.stream().filter(run -> results.find(run.cell(), run.seed()) == null).toList();
    left.forEach(results::checkImages);
    List<ClusterTraining.Row> rows =
        left.stream()
            .map(
                run ->
                    new ClusterTraining.Row(
                        run.name(),
                        // With absolute paths: tasks have other working folders.
                        OptionTexts.ofYaml(run.cell().yaml(run.seed()), run.name()).resolved(),
                        run.folder().toAbsolutePath().normalize().toString()))
            .toList();
    List<Integer> exitCodes;
    try {
      exitCodes =
          rows.isEmpty() ? List.of() : ClusterOptions.training().trainEach(cluster, rows, writer);
    } catch (EmanException e) {
      try {
        if (runs.stream().anyMatch(SweepRun::finished)) { // What has finished counts.
          new SweepTable(results).write(root, command());
        }
      } catch (
          EmanException other) { // Such as runs of different images: the job's end comes first.
        e.addSuppressed(other);
      }
      throw e;
    }
    runs.forEach(run -> RunReports.complete(run.files()));
    new SweepTable(results).write(root, command());
    if (exitCodes.contains(ExitCodes.INTERRUPTED)) {
      return stopped(writer);
    }
    int failed = (int) exitCodes.stream().filter(exitCode -> exitCode != 0).count();
    return end(results, root, runs.size(), failed, writer);
  }

  private int end(SweepResults results, Path root, int runs, int failed, PrintWriter writer) {
    writer.printf("%n%s%nresults: %s%n", new SweepTable(results).markdown(command()), root);
    if (failed > 0) {
      writer.printf("%d of %d runs failed%n", failed, runs);
    }
    writer.flush();
    return failed == 0 ? 0 : 1;
  }

  /** Orders the runs seed by seed, so that an early table has some seeds of every cell. */
  private List<SweepRun> runs(SweepFile sweep, Path root) {
    List<SweepRun> runs = new ArrayList<>();
    for (long seed : sweep.seeds()) {
      for (SweepFile.Cell cell : sweep.cells()) {
        runs.add(SweepRun.of(cell, seed, root));
      }
    }
    if (only.isEmpty()) {
      return runs;
    }
    for (String wanted : only) {
      if (runs.stream().noneMatch(run -> isNamed(run, wanted))) {
        throw new UsageException(unknown(sweep, wanted));
      }
    }
    return runs.stream()
        .filter(run -> only.stream().anyMatch(wanted -> isNamed(run, wanted)))
        .toList();
  }

  private static boolean isNamed(SweepRun run, String wanted) {
    return run.cell().name().equals(wanted) || run.name().equals(wanted);
  }

  private static String unknown(SweepFile sweep, String wanted) {
    List<String> cells = sweep.cells().stream().map(SweepFile.Cell::name).toList();
    int end = wanted.lastIndexOf("-s");
    return end > 0 && cells.contains(wanted.substring(0, end))
        ? "--only: expected a seed from 0 to "
            + (sweep.seeds().size() - 1)
            + ", got "
            + wanted
            + " (--seeds)"
        : Suggestions.unknown("--only", wanted, cells);
  }

  /** With all that decides what a run is and where. */
  private String command() {
    StringBuilder command =
        new StringBuilder("./eman sweep " + CommandLines.quote(file.toString()));
    if (data != null) {
      command.append(" --data ").append(CommandLines.quote(data.toString()));
    }
    if (seeds > 0) {
      command.append(" --seeds ").append(seeds);
    }
    tables.forEach(
        table -> command.append(" --runs ").append(CommandLines.quote(table.toString())));
    if (out != null) {
      command.append(" --out ").append(CommandLines.quote(out.toString()));
    }
    return command.toString();
  }

  private static String outcome(SweepRun run, SweepResults results) {
    SweepResult result = results.find(run.cell(), run.seed());
    StringBuilder text = new StringBuilder();
    if (result != null) {
      for (Network network : Network.values()) {
        Double top1 = result.top1(network);
        if (top1 != null) {
          text.append(String.format(Locale.ROOT, "%s %.2f%%, ", network.label(), top1));
        }
      }
      text.append(String.format(Locale.ROOT, "%.0f s", 60 * result.minutes()));
    }
    return results.isElsewhere(run) ? text + " (elsewhere)" : text.toString();
  }
}

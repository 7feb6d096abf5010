package dev.eman.benchmarks.sweep;

import static java.util.Objects.requireNonNull;

import com.google.common.primitives.Doubles;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.OutputFiles;
import dev.eman.core.io.PathNames;
import dev.eman.report.Charts;
import dev.eman.report.Csv;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws the paired differences of several sweeps, such as one per data set, into one chart. */
@Command(
    name = "differences",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Draws the paired differences of several sweeps into one chart.",
      "The sweeps compare values of an axis (compare in their files), and have written"
          + " differences.csv into their folders."
    })
public final class DifferencesCommand implements Runnable {
  @Parameters(
      arity = "1..*",
      paramLabel = "[NAME=]DIR",
      description = "Folders of sweeps, with their names in the legend (default: the folder's).")
  private List<String> sweeps = List.of();

  @Option(
      names = "--title",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Title of the chart (default: none).")
  private String title = "";

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "differences.png",
      description = "PNG file to write (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("differences.png");

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    Map<String, Path> folders = folders();
    OutputFiles.makeFolder(out);
    DifferenceChart chart = new DifferenceChart();
    String axes = "";
    for (Map.Entry<String, Path> sweep : folders.entrySet()) {
      axes = add(chart, sweep.getKey(), sweep.getValue().resolve(PairedDifferences.CSV));
    }
    if (chart.isEmpty()) {
      throw new EmanException("there are no differences in " + String.join(", ", sweeps));
    }
    Charts.write(chart.points(title, axes), out);
    PrintWriter writer = requireNonNull(spec).commandLine().getOut();
    writer.println("written to " + out);
    writer.flush();
  }

  /** By names, which must differ: in the chart one would replace the other. */
  private Map<String, Path> folders() {
    Map<String, Path> folders = new LinkedHashMap<>();
    for (String sweep : sweeps) {
      int equals = Files.isDirectory(PathNames.parse(sweep)) ? -1 : sweep.indexOf('=');
      Path folder = PathNames.parse(sweep.substring(equals + 1));
      String name =
          equals > 0
              ? sweep.substring(0, equals)
              : String.valueOf(folder.toAbsolutePath().normalize().getFileName());
      Path other = folders.putIfAbsent(name, folder);
      if (other != null) {
        throw new UsageException(
            String.format(
                "expected sweeps of different names, got %s for %s and %s; name one by NAME=DIR",
                name, other, folder));
      }
    }
    return folders;
  }

  /** Adds the rows of a file; returns the names of its axes. */
  private static String add(DifferenceChart chart, String sweep, Path file) {
    if (!Files.exists(file)) {
      throw new EmanException(
          "expected the differences of a sweep at "
              + file
              + ", found nothing; they are written when runs of both sides have finished, of a"
              + " sweep whose file has compare");
    }
    String axes = "";
    for (Map<String, String> row : Csv.read(file)) {
      Map<String, String> others = new LinkedHashMap<>(row);
      others.keySet().removeAll(PairedDifferences.COLUMNS);
      axes = String.join(", ", others.keySet());
      chart.add(
          DifferenceChart.group(others.values()),
          sweep + ": " + PairedDifferences.name(text(file, row, "value"), text(file, row, "with")),
          number(file, text(file, row, "mean")),
          text(file, row, "half_interval").isEmpty()
              ? Double.NaN
              : number(file, text(file, row, "half_interval")));
    }
    return axes;
  }

  private static String text(Path file, Map<String, String> row, String column) {
    String value = row.get(column);
    if (value == null) {
      throw new EmanException(
          file + ": expected the columns " + PairedDifferences.COLUMNS + ", found no " + column);
    }
    return value;
  }

  private static double number(Path file, String text) {
    Double number = Doubles.tryParse(text);
    if (number == null) {
      throw new EmanException(file + ": expected a number, found '" + text + "'");
    }
    return number;
  }
}

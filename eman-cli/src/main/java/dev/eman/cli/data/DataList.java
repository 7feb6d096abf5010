package dev.eman.cli.data;

import static java.util.Objects.requireNonNull;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.Part;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the known data sets and their parts on this machine. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the known data sets, and which parts of them are on this machine.")
final class DataList implements Runnable {
  @Mixin private DataOption data = new DataOption();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    DataDirectories directories = data.directories();
    for (DatasetProvider provider : Datasets.all().values()) {
      String here =
          provider.parts().stream()
              .filter(part -> provider.isPresent(part, directories))
              .map(Part::label)
              .collect(Collectors.joining(", "));
      out.printf(
          Locale.ROOT,
          "%-20s %-28s %s%n",
          provider.name(),
          here.isEmpty() ? absent(provider) : "here: " + here,
          provider.description());
    }
    out.println();
    out.println("A folder of images can be used as well: give its path (./photos with train/ and");
    out.println("test/, each with one folder per class).");
    out.flush();
  }

  private static String absent(DatasetProvider provider) {
    return provider.files().isEmpty() ? "not here" : "not here; can be fetched";
  }
}

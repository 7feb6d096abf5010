package dev.eman.cli.data;

import static java.util.Objects.requireNonNull;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.fetch.FetchListener;
import dev.eman.datasets.fetch.Fetcher;
import dev.eman.datasets.fetch.RemoteFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Downloads a data set. */
@Command(
    name = "fetch",
    mixinStandardHelpOptions = true,
    description = {
      "Downloads a data set to the user's cache, checks it and unpacks it.",
      "An interrupted download resumes where it stopped."
    })
final class DataFetch implements Runnable {
  @Parameters(paramLabel = "NAME", description = "A data set's name; see eman data list.")
  private @Nullable DatasetProvider provider;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description =
          "Put the data set into a folder of its name in DIR instead of the user's cache.")
  private @Nullable Path to;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    DatasetProvider source = requireNonNull(provider);
    if (!Datasets.all().containsKey(source.name())) {
      throw new UsageException(
          "expected a data set's name, found "
              + Printable.escape(source.name())
              + ", which are images of your own and need not be fetched");
    }
    if (source.files().isEmpty()) {
      throw new EmanException(
          source.name()
              + " cannot be fetched: "
              + source.howToObtain().orElse("it comes with the program"));
    }
    Path root = Optional.ofNullable(to).orElseGet(() -> DataDirectories.of(null).fetched());
    Path folder = root.resolve(source.name());
    for (RemoteFile file : source.files()) {
      try (Progress progress = new Progress(out)) {
        new Fetcher().fetch(file, folder, progress);
      }
    }
    out.println(source.name() + " is in " + folder);
    out.flush();
  }

  /** A bar on a terminal; elsewhere a line at the start and at the end. */
  private static final class Progress implements FetchListener, AutoCloseable {
    private static final int REFRESH_MS = 250;

    private final PrintWriter out;
    private @Nullable ProgressBar bar;
    private boolean told;

    Progress(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void started(RemoteFile file, long already, long total) {
      if (!told) {
        out.println("fetching " + file.uri());
        out.flush();
        told = true;
      }
      if (Terminal.isPresent() && bar == null) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(file.fileName())
                .setInitialMax(total)
                .setUnit(" MiB", 1 << 20)
                .setUpdateIntervalMillis(REFRESH_MS)
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed()
                .build();
      }
    }

    @Override
    public void progressed(long bytesSoFar) {
      if (bar != null) {
        bar.stepTo(bytesSoFar);
      }
    }

    @Override
    public void verified(RemoteFile file) {
      close();
      out.println(file.fileName() + ": complete, checksum matches");
      out.flush();
    }

    @Override
    public void unpacked(Path path) {
      out.println("unpacked " + Printable.escape(path.toString()));
      out.flush();
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}

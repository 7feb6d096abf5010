package dev.eman.cli;

import com.google.common.collect.ImmutableList;
import dev.eman.core.Services;
import dev.eman.core.UsageException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a page that shows the run while it trains. */
final class WatchOptions {
  @Option(
      names = "--watch",
      description =
          "Show the run in a browser while it trains; the address is printed. \"eman watch\" shows"
              + " runs of other processes.")
  private boolean watch;

  @Option(
      names = "--port",
      paramLabel = "N",
      description =
          "With --watch: port of the page, 0 for any that is free (default: the first free one from"
              + " 8017 on).")
  private @Nullable Integer port;

  /**
   * Opens the page, if it is asked for, before there is a run.
   *
   * @param elsewhere whether other machines train the run
   * @throws UsageException for options that do not go together, or without what shows pages
   * @throws dev.eman.core.EmanException if the port is taken
   */
  Watching open(boolean elsewhere) {
    if (!watch && port != null) {
      throw new UsageException("--port: expected with --watch");
    }
    if (watch && elsewhere) {
      throw new UsageException(
          "--watch: expected without --spark; eman watch RUN shows a run whose folder is on this"
              + " machine");
    }
    return new Watching(watch ? page().open(port) : null);
  }

  /** A page, or none. */
  static final class Watching implements AutoCloseable {
    private final RunPage.@Nullable Open page;

    private Watching(RunPage.@Nullable Open page) {
      this.page = page;
    }

    /** Shows a run, and says where. */
    void show(Path folder, PrintWriter out) {
      if (page != null) {
        out.println("watch at " + page.show(folder));
        out.flush();
      }
    }

    @Override
    public void close() {
      if (page != null) {
        page.close();
      }
    }
  }

  private static RunPage page() {
    ImmutableList<RunPage> found = Services.load(RunPage.class);
    if (found.size() != 1) {
      throw new UsageException(
          "--watch: expected eman-web on the class path, found "
              + (found.isEmpty() ? "nothing of that kind" : found.size() + " of its kind")
              + "; ./eman brings it, or add eman-web to the program");
    }
    return found.get(0);
  }
}

package dev.eman.web.command;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.Printable;
import dev.eman.web.watch.WatchPage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows runs in a browser. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = {
      "Shows runs in a browser while they train: curves, confusion, wrong predictions.",
      "The page is for this machine alone, and loads nothing from elsewhere. Ctrl-C closes it."
    })
final class WatchCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "RUN",
      description =
          "Folders of runs, or with folders of runs in them, also of runs that have not begun"
              + " (default: ${DEFAULT-VALUE}).",
      defaultValue = "runs")
  private List<Path> runs = List.of();

  @Mixin private PageOptions options = new PageOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    try (WatchPage page = WatchPage.open(runs, options.port())) {
      for (Path folder : page.waiting()) {
        out.println("no run in " + Printable.escape(folder.toString()) + " yet; waiting for one");
      }
      out.println("watching at " + page.address() + " (Ctrl-C ends this, not the runs)");
      out.flush();
      options.show(page.address());
      new CountDownLatch(1).await(); // Until Ctrl-C.
      return 0;
    }
  }
}
